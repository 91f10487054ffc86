"""Which way up a stored picture is: turned and mirrored, as a film's matrix or a photo's EXIF says."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MATRIX = struct.Struct("=9i")
"""A display matrix as FFmpeg holds it: rows of a, b, u; c, d, v; x, y, w (ISO 14496-12, 6.2.2)."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """What makes a picture upright: rows and columns swapped, then mirrored, then upside down."""

    swapped: bool = False
    mirrored: bool = False
    flipped: bool = False

    def size_wh(self, stored_wh: tuple[int, int]) -> tuple[int, int]:
        """Return the upright size."""
        return (stored_wh[1], stored_wh[0]) if self.swapped else stored_wh

    def upright(self, picture: NDArray[Any]) -> NDArray[Any]:
        """Return a picture (HxW or HxWxC) upright; contiguous."""
        if self.swapped:
            picture = picture.swapaxes(0, 1)
        rows = slice(None, None, -1 if self.flipped else 1)
        columns = slice(None, None, -1 if self.mirrored else 1)
        return np.ascontiguousarray(picture[rows, columns])


def of_matrix(matrix: bytes | None) -> Orientation:
    """Return what a film's display matrix says; the nearest of the eight if it turns by another angle.

    A picture's column p and row q are shown at x = a p + c q, y = b p + d q. None, or one that is cut short
    or all zero: upright.
    """
    if matrix is None or len(matrix) < MATRIX.size:
        return Orientation()
    a, b, _, c, d, *_ = MATRIX.unpack(matrix[: MATRIX.size])
    if abs(b) + abs(c) > abs(a) + abs(d):
        return Orientation(swapped=True, mirrored=c < 0, flipped=b < 0)
    return Orientation(mirrored=a < 0, flipped=d < 0)


def of_exif(value: object) -> Orientation:
    """Return what EXIF's orientation says (1 to 8; Exif 2.32, 4.6.4); upright for anything else."""
    known = {
        2: Orientation(mirrored=True),
        3: Orientation(mirrored=True, flipped=True),
        4: Orientation(flipped=True),
        5: Orientation(swapped=True),
        6: Orientation(swapped=True, mirrored=True),
        7: Orientation(swapped=True, mirrored=True, flipped=True),
        8: Orientation(swapped=True, flipped=True),
    }
    return known.get(value, Orientation()) if isinstance(value, int) else Orientation()
