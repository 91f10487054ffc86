"""How each octave looks at the picture in a frame: rolled, mirrored, and at which scale."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec
from livedream.modulation.moments import wave
from livedream.ops.octave_sizes import UNIT
from livedream.settings import DreamSettings

LEAPS = np.array([0.7548776662, 0.5698402910, 0.6180339887, 0.4142135624])
"""How far each of four numbers goes on, mod 1, from frame to frame: 1 / g and 1 / g^2 with g^3 = g + 1 for
the rolls (Roberts, "The Unreasonable Effectiveness of Quasirandom Sequences", 2018), golden and silver ratio
for the flips. Neighbouring frames so look from places far apart, and a few frames have looked from
everywhere: what a strided network makes of one place alone cancels out sooner than between random places."""

ALLOWED = {"none": (0, 0), "sideways": (0, 1), "all": (1, 1)}
"""Whether octaves may be mirrored upside down, and left to right, by the word of the setting."""


def views(
    spec: KernelSpec, dream: DreamSettings, seed: int, time_s: float, number: float = 0
) -> NDArray[np.int64]:
    """Return octaves x 2, 4, 6 or 8 whole numbers: the view of each octave, the smallest first.

    How far it rolls the picture down and right, in pixels; if the spec flips, whether it mirrors it upside
    down and left to right, 0 or 1; if it swings, the steps of `Zoom` down and right, from the working size
    to it, and from it to what it is enlarged to. seed: the same for each frame of a show; number: of the
    frame.
    """
    shares = (_first(seed, spec.octaves) + number * LEAPS) % 1.0
    rolls = (shares[:, :2] * (2 * dream.jitter_px + 1)).astype(np.int64) - dream.jitter_px
    flips = [(shares[:, 2:] < 0.5) * np.array(ALLOWED[dream.flips])] if spec.flips else []
    steps = [_steps(spec, dream, time_s)] if spec.swings else []
    return np.concatenate([rolls, *flips, *steps], axis=1)


@lru_cache(maxsize=16)
def _first(seed: int, octaves: int) -> NDArray[np.float64]:
    """Return the four numbers of each octave, 0..1, that the first frame has; not to be written to."""
    return np.random.default_rng(seed).random((octaves, 4))


def _steps(spec: KernelSpec, dream: DreamSettings, time_s: float) -> NDArray[np.int64]:
    """Return octaves x 4 steps; zeros for octaves that are left out.

    The ratio between octaves goes from its setting up to (1 + swing) times that and back. An octave n
    below the base's largest so is smaller by that to the power of n: its picture is, in the middle of it.
    """
    working, sizes = np.array([spec.size_hw]), np.array(spec.sizes_hw)
    ratio = 1 + dream.octave_swing * (1 - wave("sine", time_s / dream.octave_swing_s))
    below = np.array([[max(0, spec.below(octave))] for octave in range(len(sizes))])
    within = sizes / ratio**below
    alone = spec.spread or spec.only is not None
    enlarged = np.repeat(working, len(sizes), axis=0) if alone else np.concatenate([within[1:], working])
    steps = np.zeros((spec.octaves, 4), np.int64)
    steps[: len(sizes)] = np.rint(UNIT * np.concatenate([working / within, within / enlarged], axis=1))
    return steps
