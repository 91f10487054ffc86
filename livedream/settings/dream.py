"""The settings of the dream itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from livedream.settings.section import Section, Weight, setting


class DreamSettings(Section):
    """What is dreamed, and how hard."""

    network: Literal["embedded", "googlenet"] = setting(
        "embedded", "The network that dreams; its layers have names of their own.", lifetime="engine"
    )
    layers: Mapping[str, Weight] = setting(
        {"eyes": 1.0},
        "Layers or moods whose activations are maximised, each with its weight; which ones there are "
        "decides the engine, their weights are read each frame.",
        lifetime="engine",
        min_length=1,
    )
    channels: Mapping[str, Mapping[int, Weight]] = setting(
        {}, "For a layer, the weights of single channels; the channels not named get none."
    )
    octaves: int = setting(2, "Sizes at which each frame is dreamed.", lifetime="engine", ge=1, le=8)
    octave_scale: float = setting(2.0, "Ratio between octaves.", lifetime="engine", ge=1.1, le=4.0)
    steps: int = setting(1, "Gradient steps per octave.", lifetime="engine", ge=1, le=50)
    step_size: float = setting(
        0.01, "How far one step changes a pixel on average.", unit="of the range 0..1", ge=0.0, le=0.5
    )
    jitter_px: int = setting(8, "Largest random roll of an octave.", unit="px", ge=0, le=64)
    smoothing_px: float = setting(
        1.5, "Sigma of the Gaussian that smooths the gradient.", unit="px", lifetime="engine", ge=0.3, le=8.0
    )
    roughness: float = setting(
        0.2, "Weight of the unsmoothed gradient beside the smoothed one.", ge=0.0, le=4.0
    )
    working_px: int = setting(
        78_000, "Pixels of the size that is dreamed at; the shape follows the source.",
        unit="px", lifetime="engine", ge=4_096, le=8_294_400,
    )  # fmt: skip
