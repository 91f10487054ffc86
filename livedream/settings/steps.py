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
        "Times that each frame is dreamed, each pass continuing from the one before: forms grow faster and "
        "flicker less. A live show does as many as it has time for.",
        ge=1,
        le=8,
    )
    steps_decay: float = setting(
        1.0, "Factor on the steps from each octave to the next larger one.", lifetime="engine", ge=0.1, le=1.0
    )
    step_size: float = setting(
        0.0135,
        "How far one step changes a pixel on average where the dream has the depth of look.depth; up to "
        "four times as far where it does not yet.",
        unit="of the range 0..1",
        ge=0.0,
        le=0.5,
        scale="logarithmic",
    )
    momentum: float = setting(
        0.6,
        "Share of the previous frames' direction in each step: the dream changes more slowly, and flickers "
        "less.",
        ge=0.0,
        le=0.95,
    )
    step_growth: float = setting(
        1.0, "Factor on the step size from each step to the next.", ge=0.5, le=2.0, scale="logarithmic"
    )
    optimiser: Literal["ascent", "adam", "lbfgs"] = setting(
        "ascent",
        "How gradients become steps within an octave: ascent, as they are; adam, by their moving averages; "
        "lbfgs, by how they changed over up to five steps. With a single step, lbfgs is ascent; with "
        "several, two thirds of the step size are enough.",
        lifetime="engine",
    )
    parametrisation: Literal["pixels", "fourier"] = setting(
        "pixels",
        "The space in which steps are taken: pixels; fourier, a spectrum in which large, soft forms grow "
        "before details and add up faster, so that half the step size is enough. With adam, it ignores "
        "smoothing.",
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
        "Number of Gaussians that smooth the gradient and are added up: 1, of sigma; 2, also of twice "
        "sigma; 3, also of half of it.",
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
        "Bands of detail that are normalised separately; 0: all together.",
        unit="bands",
        lifetime="engine",
        ge=0,
        le=6,
    )
    total_variation: float = setting(
        0.0,
        "Weight of the step towards a flat picture, which smooths out noise; a change between 0 and more "
        "needs another engine.",
        ge=0.0,
        le=2.0,
        scale="logarithmic",
    )
    decay: float = setting(
        0.0,
        "Weight of the step towards middle grey; a change between 0 and more needs another engine.",
        ge=0.0,
        le=2.0,
        scale="logarithmic",
    )
    working_px: int = setting(
        78_000,
        "Number of pixels of the size at which frames are dreamed; the shape follows the source.",
        unit="px",
        lifetime="engine",
        ge=4_096,
        le=8_294_400,
        scale="logarithmic",
        step=1.2,
    )
