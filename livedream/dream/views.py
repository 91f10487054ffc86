"""How each octave looks at the picture in a frame: rolled, mirrored, and at which scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livedream.modulation import wave
from livedream.ops.octaves import UNIT
from livedream.settings import DreamSettings

if TYPE_CHECKING:
    from livedream.dream.spec import KernelSpec

ALLOWED = {"none": (0, 0), "sideways": (0, 1), "all": (1, 1)}
"""Whether octaves may be mirrored upside down, and left to right, by the word of the setting."""


def views(
    spec: KernelSpec, dream: DreamSettings, rng: np.random.Generator, time_s: float
) -> NDArray[np.int64]:
    """Give octaves x 2, 4, 6 or 8 whole numbers that say how each octave looks, the smallest first.

    How far it rolls the picture down and right, in pixels; if the spec flips, whether it mirrors it upside
    down and left to right, 0 or 1; if it swings, the steps of `Zoom` down and right, from the working size
    to it, and from it to what it is enlarged to.
    """
    size = (spec.octaves, 2)
    rolls = rng.integers(-dream.jitter_px, dream.jitter_px + 1, size, dtype=np.int64)
    flips = [rng.integers(0, 2, size) * ALLOWED[dream.flips]] if spec.flips else []
    steps = [_steps(spec, dream, time_s)] if spec.swings else []
    return np.concatenate([rolls, *flips, *steps], axis=1)


def _steps(spec: KernelSpec, dream: DreamSettings, time_s: float) -> NDArray[np.int64]:
    """Give octaves x 4 steps; zeros for octaves that are left out.

    The ratio between octaves goes from its setting up to (1 + swing) times that and back. An octave n
    below the largest so is smaller by that to the power of n: its picture is, in the middle of it.
    """
    working, sizes = np.array([spec.size_hw]), np.array(spec.sizes_hw)
    ratio = 1 + dream.octave_swing * (1 - wave("sine", time_s / dream.octave_swing_s))
    within = sizes / ratio ** np.arange(len(sizes) - 1, -1, -1)[:, None]
    alone = spec.spread or spec.only is not None
    enlarged = np.repeat(working, len(sizes), axis=0) if alone else np.concatenate([within[1:], working])
    steps = np.zeros((spec.octaves, 4), np.int64)
    steps[: len(sizes)] = np.rint(UNIT * np.concatenate([working / within, within / enlarged], axis=1))
    return steps
