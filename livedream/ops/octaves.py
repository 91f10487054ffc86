"""Octaves: the sizes at which a dream is dreamed."""

from __future__ import annotations

SMALLEST_OCTAVE_PX = 32
"""Below this side a network sees nothing that it knows."""


def octave_sizes(size_hw: tuple[int, int], octaves: int, octave_scale: float) -> list[tuple[int, int]]:
    """List the (height, width) of the octaves, smallest first, `size_hw` last.

    octaves: >= 1. octave_scale: > 1, between neighbours. Octaves whose shorter side would be under
    32 px are left out.
    """
    height, width = size_hw
    sizes = [size_hw]
    for number in range(1, octaves):
        shrunk = (round(height / octave_scale**number), round(width / octave_scale**number))
        if min(shrunk) < SMALLEST_OCTAVE_PX:
            break
        sizes.insert(0, shrunk)
    return sizes
