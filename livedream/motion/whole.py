"""The motion of the whole picture: one affine map, and where it tells as much as the flow does.

A camera moves all that stands alike. What one map explains it places better than a flow that was measured on
small patches, which drags the wall beside a person along with the person.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.motion.sampling import Affine, Flow, Grey, Trust, grid_of, sample

Levels = NDArray[np.float32]
"""HxW, 0..255."""

STANDS: Affine = np.eye(2, 3)
"""The map of what does not move."""

STRIDE = 8
"""The map is fitted to every eighth pixel of every eighth row."""

SCALES_PX = (2.0, 1.0, 0.5, 0.35, 0.25)
"""How far from the map a flow has half of its say, from one fit to the next."""

RIDGE_3X3 = 1e-3 * np.eye(3)

WINDOW_PX, MARGIN_LEVELS = 5, 6.0
"""The map is preferred where it leaves as little unexplained, in a window of so many pixels; where it leaves
so many levels of 255 more it is not believed at all."""


def whole_motion(flow: Flow, left: Levels) -> Affine:
    """Fit one affine map to a flow, HxWx2: current -> previous, of positions.

    Iteratively reweighted least squares from the median on, weights 1 / (1 + r^2 / s^2)^2 with a scale s that
    shrinks (graduated non-convexity; Geman and McClure 1987): what moves by itself has no say, and what the
    flow does not explain has little. left: HxW, how much that is, in levels.
    """
    known, few = _known(*flow.shape[:2]), (slice(STRIDE // 2, None, STRIDE),) * 2
    moved = flow[few].reshape(-1, 2).T.astype(np.float64)
    belief = np.exp(-np.square(left[few].ravel() / MARGIN_LEVELS, dtype=np.float64))
    fitted = np.zeros((2, 3))
    fitted[:, 2] = np.sort(moved, axis=1)[:, moved.shape[1] // 2]
    for scale_px in SCALES_PX:
        across, down = moved - fitted @ known
        far = 1 + (across * across + down * down) / scale_px**2
        weighted = known * (belief / (far * far))
        # A little ridge: what no flow agrees on does not move.
        square = weighted @ known.T + RIDGE_3X3
        fitted = cv2.solve(square, weighted @ moved.T, flags=cv2.DECOMP_CHOLESKY)[1].T
    affine: Affine = STANDS + fitted
    return affine


@lru_cache(maxsize=4)
def _known(height: int, width: int) -> NDArray[np.float64]:
    """Return x, y, 1 of the places that the map is fitted to, 3xN."""
    places = grid_of(height, width)[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE].reshape(-1, 2).T
    return np.vstack([places, np.ones((1, places.shape[1]))]).astype(np.float64)


def preferred(left_whole: Levels, left: Levels) -> Trust:
    """Return how much the motion of the whole picture is preferred to the flow: 1 where it is as good.

    left_whole, left: HxW, what either leaves unexplained.
    """
    more = cv2.subtract(left_whole, left)
    share = np.clip(1 - more / np.float32(MARGIN_LEVELS), np.float32(0), np.float32(1))
    return np.asarray(cv2.blur(share, (3, 3)), np.float32)


def unexplained(current: Grey, previous: Grey, flow: Flow) -> Levels:
    """Measure what a flow, HxWx2, leaves unexplained around each pixel, HxW, in levels of 255."""
    return around(apart(current, previous, np.asarray(cv2.add(grid_of(*flow.shape[:2]), flow), np.float32)))


def apart(current: Grey, previous: Grey, grid: Flow) -> Grey:
    """Return |current - previous(grid)|, HxW; grid: HxWx2, positions in pixels."""
    return np.asarray(cv2.absdiff(current, sample(previous, grid)), np.uint8)


def around(levels: Grey) -> Levels:
    """Return the mean around each pixel, HxW."""
    return np.asarray(cv2.boxFilter(levels, cv2.CV_32F, (WINDOW_PX, WINDOW_PX)), np.float32)
