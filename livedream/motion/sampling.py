"""Small grids: where each pixel lies, and what a picture holds at given positions."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
"""HxW, 0..255, small."""

Flow = NDArray[np.float32]
"""HxWx2 pixels (x, y): current -> previous, so previous(p + flow(p)) is what is now at p."""

Trust = NDArray[np.float32]
"""HxW, 0 (not to be believed) to 1."""

Affine = NDArray[np.float64]
"""2x3: x, y, 1 -> x, y in pixels, measured from the middle of the upper left pixel."""


def sample(picture: NDArray[Any], grid: Flow) -> NDArray[Any]:
    """Sample HxW or HxWxC at the positions `grid` (HxWx2: x, y in pixels), bilinear, edges repeated."""
    # OpenCV's stubs do not know that a map of positions needs no second map.
    return cv2.remap(picture, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload,no-any-return]


@lru_cache(maxsize=4)
def grid_of(height: int, width: int) -> Flow:
    """Return each pixel's own position, HxWx2 (x, y); not to be written to."""
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([columns, rows])


def mapped(affine: Affine, height: int, width: int) -> Flow:
    """Return where an affine map takes each pixel of a grid, HxWx2."""
    return np.asarray(cv2.transform(grid_of(height, width), affine), np.float32)


def within(grid: Flow) -> Trust:
    """Return 1 where a position of a grid lies inside of it, else 0, HxW."""
    height, width = grid.shape[:2]
    inside = cv2.inRange(grid, (-0.5, -0.5), (width - 0.5, height - 0.5))
    return np.asarray(cv2.threshold(inside, 0, 1, cv2.THRESH_BINARY)[1], np.float32)


def squared_length(flow: Flow | cv2.typing.MatLike) -> NDArray[np.float32]:
    """Return HxW of x^2 + y^2.

    cv2.magnitude rounds as its arrays happen to lie in memory, and then no two runs are quite the same.
    """
    across, down = cv2.split(cv2.multiply(flow, flow))
    return np.asarray(cv2.add(across, down), np.float32)
