"""Tiles: where the parts lie in which a large picture's gradient is worked out, and what decides their graph.

The parts overlap. Near its edges a part sees a border that is none, so what it says there is not used;
further in, one part fades into the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livedream.dream.spec import KernelSpec, Picture

LONGEST_PX = 1024
"""Longest side of a tile, give or take what makes the tiles meet the picture's ends."""

WHOLE_PX = LONGEST_PX**2
"""Pixels up to which a picture is not divided."""

GRID_PX = 32
"""Tiles start at multiples of it: a strided network then sees in each what it sees in the whole picture."""

BLIND_PX, FEATHER_PX = 64, 64
"""Of an edge inside the picture: how much is not used, and over how much more the tile fades in. From 64 to
96 px beside a false border the embedded network's gradient of `eyes` is 7 % off, from 96 px on 0.3 %."""

OVERLAP_PX = 2 * BLIND_PX + FEATHER_PX

SLACK_PX = 4 * GRID_PX
"""By how much the tiles of a row are longer together than they need to be, so that seams can move."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A part of a picture. share: hxwx1 in 0..1, how much of each pixel it gives; all tiles' add up to 1."""

    rows: slice
    columns: slice
    share: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture of `size_hw` is divided into tiles that all have the size `tile_hw`."""

    size_hw: tuple[int, int]
    tile_hw: tuple[int, int]

    def lay(self, rng: np.random.Generator) -> list[Tile]:
        """Lay the tiles out, at random as far as there is room: seams do not add up where they are."""
        rows, columns = (
            _spans(length, side, rng) for length, side in zip(self.size_hw, self.tile_hw, strict=True)
        )
        return [
            Tile(row, column, (down[:, None] * across[None, :])[..., None])
            for row, down in rows
            for column, across in columns
        ]


@dataclass(frozen=True, slots=True)
class TileSpec:
    """All that decides the graph of a tile; equal specs share an engine. kernel: of the tile's size."""

    kernel: KernelSpec

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """List the pictures that it takes besides the one that is dreamed."""
        return tuple(name for name in self.kernel.pictures if name != "rank")


def tile_spec(kernel: KernelSpec, tiling: Tiling) -> TileSpec:
    """Return the spec of the tiles that one of a kernel's octaves is divided into."""
    alone = replace(kernel, size_hw=tiling.tile_hw, octaves=1, steps=1, spread=False, only=None)
    return TileSpec(replace(alone, octave_sizes=(), flips=False, turns=False, swings=False, base_hw=None))


def tiling_of(size_hw: tuple[int, int], whole_px: int = WHOLE_PX) -> Tiling | None:
    """Choose tiles for a picture; None if it has no more than `whole_px` pixels and is not divided."""
    if size_hw[0] * size_hw[1] <= whole_px:
        return None
    longest = max(round(whole_px**0.5), 2 * OVERLAP_PX)
    height, width = (_side(length, longest) for length in size_hw)
    return Tiling(size_hw, (height, width))


def _side(length: int, longest: int) -> int:
    """Choose the side of tiles; the last one ends with the picture and is on the grid, too."""
    if length <= longest:
        return length
    count = -(-(length - OVERLAP_PX) // (longest - OVERLAP_PX))
    side = -(-(length - OVERLAP_PX + SLACK_PX) // count) + OVERLAP_PX
    return min(length, side + (length - side) % GRID_PX)


def _spans(length: int, side: int, rng: np.random.Generator) -> list[tuple[slice, NDArray[np.float32]]]:
    """Lay tiles along a line: (where, its share of each pixel there)."""
    starts = _starts(length, side, rng)
    ramps = [_ramp(start, length, side) for start in starts]
    total = np.zeros(length, np.float32)
    for start, ramp in zip(starts, ramps, strict=True):
        total[start : start + side] += ramp
    spans = [slice(start, start + side) for start in starts]
    return [(span, ramp / total[span]) for span, ramp in zip(spans, ramps, strict=True)]


def _starts(length: int, side: int, rng: np.random.Generator) -> list[int]:
    """Choose where tiles begin: the first at 0, the last so that it ends at `length`."""
    stride = (side - OVERLAP_PX) // GRID_PX * GRID_PX
    last = -(-(length - side) // stride) if length > side else 0
    room = (last * stride - (length - side)) // GRID_PX
    moved = np.sort(rng.integers(0, room + 1, max(0, last - 1)))
    inner = [number * stride - GRID_PX * int(by) for number, by in enumerate(moved, 1)]
    return [0, *inner, length - side] if last else [0]


def _ramp(start: int, length: int, side: int) -> NDArray[np.float32]:
    """Fade in and out at the edges that are inside the picture."""
    place = np.arange(side, dtype=np.float32) + np.float32(0.5)
    ramp = np.ones(side, np.float32)
    for is_inside, depth in ((start > 0, place), (start + side < length, side - place)):
        if is_inside:
            risen = np.clip((depth - BLIND_PX) / FEATHER_PX, 0.0, 1.0)
            ramp *= risen * risen * (3 - 2 * risen)
    return ramp
