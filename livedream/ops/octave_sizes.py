"""Octaves: the sizes at which a dream is dreamed."""

from __future__ import annotations

import math
from collections.abc import Sequence

SMALLEST_OCTAVE_PX = 32
"""Below this side a network sees nothing that it knows."""

GRID_PX = 8

FARTHEST_RATIO = 2.0
"""Largest ratio of sides between octaves on top of a base: further apart, forms of the coarser one lie under
thumbnails that do not follow them."""

UNIT = 1 << 14
"""Parts of a pixel that places between two sizes are counted in: whole numbers, which no engine rounds."""


def octave_sizes(size_hw: tuple[int, int], octaves: int, octave_scale: float) -> list[tuple[int, int]]:
    """List the (height, width) of the octaves, smallest first, `size_hw` last.

    octaves: >= 1. octave_scale: > 1, between neighbours. Sides of 128 px and more are multiples of 8,
    which strided networks and vector units like: an engine takes 4 % less. Octaves whose shorter side would
    be under 32 px are left out.
    """
    height, width = size_hw
    sizes = [size_hw]
    for number in range(1, octaves):
        shrunk = (height / octave_scale**number, width / octave_scale**number)
        if min(shrunk) < SMALLEST_OCTAVE_PX:
            break
        sizes.insert(0, (_nearest(shrunk[0]), _nearest(shrunk[1])))
    return sizes


def finer_size(base_hw: tuple[int, int], finer: float) -> tuple[int, int]:
    """Return the (height, width) that has `finer` times the pixels of a base, in its shape.

    finer: >= 1; 1 gives the base itself. Sides are multiples of 8, as those of octaves.
    """
    if finer == 1:
        return base_hw
    height, width = (round(side * math.sqrt(finer) / GRID_PX) * GRID_PX for side in base_hw)
    return height, width


def finer_sizes(base_hw: tuple[int, int], size_hw: tuple[int, int]) -> list[tuple[int, int]]:
    """List the (height, width) of the octaves on top of a base, smallest first, `size_hw` last.

    There are none if it is the base. As few as can be: neighbours are up to twice as high as each other.
    """
    if size_hw == base_hw:
        return []
    larger = math.sqrt(size_hw[0] * size_hw[1] / (base_hw[0] * base_hw[1]))
    count = max(1, math.ceil(math.log(larger) / math.log(FARTHEST_RATIO) - 0.1))
    steps = [larger ** (number / count) for number in range(1, count)]
    return [*((_nearest(base_hw[0] * step), _nearest(base_hw[1] * step)) for step in steps), size_hw]


def _nearest(side: float) -> int:
    """Round to a multiple of `GRID_PX`, or to a pixel where that would bend the shape."""
    return round(side / GRID_PX) * GRID_PX if side >= 16 * GRID_PX else round(side)


def listed_sizes(size_hw: tuple[int, int], shares: Sequence[float]) -> list[tuple[int, int]]:
    """List the (height, width) of octaves that are shares of a size, smallest first.

    shares: at least one, each over 0 and up to 1, in any order. Octaves whose shorter side would be under
    32 px are left out, but for the largest, which then has 32 px.
    """
    height, width = size_hw
    *others, largest = sorted(shares)
    least = min(1.0, SMALLEST_OCTAVE_PX / min(size_hw))
    kept = [share for share in others if share >= least]
    return [(round(height * share), round(width * share)) for share in [*kept, max(largest, least)]]
