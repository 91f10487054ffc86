"""The settings that say how a dream is climbed."""

from __future__ import annotations

from typing import Literal

from livedream.settings.section import Section, setting


class StepSettings(Section):
    """Steps, and what happens to a gradient before it becomes one."""

    group = "Steps"

    steps: int = setting(1, "Gradient steps per octave.", lifetime="engine", ge=1, le=50, scale="logarithmic")
    passes: int = setting(
        1,
        "Times that a frame is dreamed, each going on from what the one before has made of it: forms grow "
        "faster and flicker less. A live show does as many as it has time for.",
        ge=1,
        le=8,
    )
    steps_decay: float = setting(
        1.0, "Factor on the steps from each octave to the next larger one.", lifetime="engine", ge=0.1, le=1.0
    )
    step_size: float = setting(
        0.0135,
        "How far one step changes a pixel on average where the dream is as deep as look.depth says; "
        "where it is not yet, up to four times as far.",
        unit="of the range 0..1",
        ge=0.0,
        le=0.5,
        scale="logarithmic",
    )
    momentum: float = setting(
        0.6,
        "Share of the direction of the frames before in each step: the dream turns more slowly, and flickers "
        "less.",
        ge=0.0,
        le=0.95,
    )
    step_growth: float = setting(
        1.0, "Factor on the step size from each step to the next.", ge=0.5, le=2.0, scale="logarithmic"
    )
    optimiser: Literal["ascent", "adam", "lbfgs"] = setting(
        "ascent",
        "How steps are made of gradients within an octave: ascent, as they are; adam, by their moving means; "
        "lbfgs, by how they changed over up to five steps. Of one step alone that is ascent; several agree "
        "so well that two thirds of the step size are enough.",
        lifetime="engine",
    )
    parametrisation: Literal["pixels", "fourier"] = setting(
        "pixels",
        "What steps are taken in: pixels; fourier, a spectrum in which large, soft forms grow before details "
        "and add up faster, so that half the step size is enough. With adam, smoothing has no say in it.",
        lifetime="engine",
    )
    smoothing_px: float = setting(
        1.6,
        "Sigma of the Gaussian that smooths the gradient.",
        unit="px",
        lifetime="engine",
        ge=0.3,
        le=8.0,
        scale="logarithmic",
    )
    smoothing_scales: int = setting(
        1,
        "Gaussians that smooth it and are added: of sigma; of sigma and twice that; of half of it, too.",
        lifetime="engine",
        ge=1,
        le=3,
    )
    roughness: float = setting(
        0.05,
        "Weight of the unsmoothed gradient beside the smoothed one.",
        ge=0.0,
        le=4.0,
        scale="logarithmic",
    )
    laplacian_levels: int = setting(
        0,
        "Bands of detail that are normalised each by itself; 0: all together.",
        unit="bands",
        lifetime="engine",
        ge=0,
        le=6,
    )
    total_variation: float = setting(
        0.0,
        "Weight of the step towards a flat picture, which irons noise out.",
        ge=0.0,
        le=2.0,
        scale="logarithmic",
    )
    decay: float = setting(
        0.0, "Weight of the step towards middle grey.", ge=0.0, le=2.0, scale="logarithmic"
    )
    working_px: int = setting(
        78_000,
        "Pixels of the size that is dreamed at; the shape follows the source.",
        unit="px",
        lifetime="engine",
        ge=4_096,
        le=8_294_400,
        scale="logarithmic",
        step=1.2,
    )
