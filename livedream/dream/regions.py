"""Regions: which group of channels is dreamed where in the picture, and which channels are in a group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from livedream.frame import Image
from livedream.settings import DreamSettings

CELLS = 24
"""Cells along the shorter side of the grid that a map of regions has."""

WAVES = 12
"""Plane waves that a group's field is made of: enough that no place is like another."""

SHARPNESS = 5.0
"""How soon one group takes over from another: e^it is the ratio of their shares where their fields differ by
their standard deviation. At 5 a border is about a sixth of a region wide."""

CHANGE = 4.0
"""Times of `group_s` in which a group has exchanged all its channels: regions move sooner than forms."""

_SHUFFLE = 0x67726F75
"""Seed of the order of channels where none is given: a preset has the same groups in every show."""


def grid_of(size_hw: tuple[int, int]) -> tuple[int, int]:
    """Choose rows and columns of a map for a working size."""
    cell = min(size_hw) / CELLS
    return max(CELLS, round(size_hw[0] / cell)), max(CELLS, round(size_hw[1] / cell))


def region_map(
    groups: int, grid_hw: tuple[int, int], dream: DreamSettings, seed: int, time_s: float
) -> Image:
    """Return the share of each group at each place, 1xGxhxw; the shares of a place add up to 1.

    Each group has a smooth random field, a sum of plane waves that run all ways. Where its field is the
    highest, it is alone. seed: the same for each frame of a show.
    """
    angle, phase, pace, length = _waves(seed, groups)
    # From one region of a group to the next is a wave; in half of its period it has gone from where it was.
    turns = (0.7 + 0.6 * length) / (2 * dream.group_size)
    moved = phase + (0.5 + pace) * time_s / (2 * dream.group_s)
    rows, columns = ((np.arange(side) + 0.5) / min(grid_hw) for side in grid_hw)
    down = np.exp(
        2j * math.pi * (rows[:, None] * (turns * np.sin(2 * math.pi * angle))[:, None] + moved[:, None])
    )
    across = np.exp(2j * math.pi * (turns * np.cos(2 * math.pi * angle))[..., None] * columns)
    fields = (down @ across).real * math.sqrt(2 / WAVES)
    raised = np.exp(SHARPNESS * (fields - fields.max(0)))
    shares: Image = (raised / raised.sum(0))[None].astype(np.float32)
    return shares


@lru_cache(maxsize=16)
def _waves(seed: int, groups: int) -> NDArray[np.float64]:
    """Return what tells the waves of each group, four numbers in 0..1 each; not to be written to."""
    return np.random.default_rng(seed).spawn(1)[0].random((4, groups, WAVES))


def in_groups(
    weights: Image, groups: int, dream: DreamSettings, time_s: float, written: Sequence[int] = ()
) -> Image:
    """Return a layer's weights by group, GxCx1x1, from those of all its channels, 1xCx1x1.

    The channels that have a weight lie on a ring: in the order in which they are written, or shuffled. A
    group is `group_channels` neighbours, at most its share of them. Groups lie evenly around the ring and go
    along it, so that channels leave it at one end while others come at the other.
    """
    if groups == 1:
        return weights
    ring = _ring(weights, written)
    count = min(dream.group_channels, max(1, len(ring) // groups))
    found = np.zeros((groups, *weights.shape[1:]), np.float32)
    if len(ring):
        gone = (count - 1) / 2 + time_s * count / (CHANGE * dream.group_s)
        middles = np.arange(groups)[:, None] * len(ring) / groups + gone
        apart = np.abs((np.arange(len(ring)) - middles + len(ring) / 2) % len(ring) - len(ring) / 2)
        found[:, ring, 0, 0] = np.clip((count + 1) / 2 - apart, 0, 1) * weights[0, ring, 0, 0]
    return found


def _ring(weights: Image, written: Sequence[int]) -> NDArray[np.intp]:
    """Order the channels that have a weight."""
    numbers = np.flatnonzero(weights[0, :, 0, 0])
    if written:
        return np.array([number for number in written if number in numbers], np.intp)
    return np.random.default_rng(_SHUFFLE).permutation(numbers)
