"""Where each pixel of the current picture was in the previous one, and how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb
from livedream.settings import MotionSettings

Grey = NDArray[np.uint8]
"""HxW, 0..255, small."""

Flow = NDArray[np.float32]
"""HxWx2 pixels (x, y): current -> previous, so previous(p + flow(p)) is what is now at p."""

Trust = NDArray[np.float32]
"""HxW, 0 (not to be believed) to 1."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion between two pictures, at the small size it was measured at.

    flow: HxWx2 pixels of that size; the global motion's where it cannot be trusted. trust: HxW, 0..1; 0
    everywhere on a scene cut. kept: HxW, 0..1, how much of the dream is carried along: less where it is not
    trusted.
    """

    flow: Flow
    trust: Trust
    kept: Trust
    cut: bool


SMALLEST_PX = 32
"""DIS crashes the process on pictures whose height is less than this."""


def grey(rgb: Rgb, longest_px: int, shrunk: Rgb | None = None) -> Grey:
    """Make a small grey picture, its longer side `longest_px`, its shorter at least 32 pixels.

    rgb: uint8 HxWx3 of any size. shrunk: the same picture, smaller, which saves time where it is
    still larger than the grey one.
    """
    height, width = rgb.shape[:2]
    scale = longest_px / max(height, width)
    size_wh = (max(SMALLEST_PX, round(width * scale)), max(SMALLEST_PX, round(height * scale)))
    if shrunk is not None and shrunk.shape[1] >= size_wh[0] and shrunk.shape[0] >= size_wh[1]:
        rgb = shrunk
    return np.asarray(cv2.cvtColor(shrink(rgb, size_wh), cv2.COLOR_RGB2GRAY), np.uint8)


def shrink(rgb: Rgb, size_wh: tuple[int, int]) -> Rgb:
    """Resize to `size_wh` without aliasing and at little cost.

    Halving by area is many times cheaper than an area mean at an odd ratio; what then remains is
    under a factor of two, which bilinear sampling does cleanly.
    """
    while rgb.shape[1] >= 2 * size_wh[0] and rgb.shape[0] >= 2 * size_wh[1]:
        half_wh = (rgb.shape[1] // 2, rgb.shape[0] // 2)
        rgb = np.asarray(cv2.resize(rgb, half_wh, interpolation=cv2.INTER_AREA), np.uint8)
    if (rgb.shape[1], rgb.shape[0]) == size_wh:
        return rgb
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)


def cropped(rgb: Rgb, shape_wh: tuple[int, int]) -> Rgb:
    """Give the largest part in the middle of a picture that has the shape of `shape_wh`; a view."""
    height, width = rgb.shape[:2]
    scale = min(width / shape_wh[0], height / shape_wh[1])
    part_wh = [max(1, round(scale * side)) for side in shape_wh]
    left, top = (width - part_wh[0]) // 2, (height - part_wh[1]) // 2
    return rgb[top : top + part_wh[1], left : left + part_wh[0]]


STRIDE, FITS, RIDGE = 8, 3, 1e-3
"""The global motion is fitted to every eighth pixel of every eighth row, three times over."""

RUDER = 0.01
"""How much of the squared motion its disagreement may be."""

SMOOTH_PX, FLOW_CELL_PX = 5.0, 4

_NO_GUESS = np.empty((0, 0), np.float32)


class FlowEstimator:
    """DIS optical flow (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016)."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def measure(self, current: Grey, previous: Grey, wishes: MotionSettings) -> Motion:
        """Measure the motion between two grey pictures of one size."""
        flow = smoothed(self._dis.calc(current, previous, _NO_GUESS))
        back = smoothed(self._dis.calc(previous, current, _NO_GUESS))
        trust = _trust(current, previous, flow, back, wishes)
        if trust.mean() < wishes.cut_share:
            return Motion(
                np.zeros_like(flow), np.zeros_like(trust), np.full_like(trust, wishes.cut_keep), True
            )
        kept = cv2.addWeighted(trust, 1 - wishes.fill, trust, 0.0, wishes.fill)
        return Motion(filled(flow, trust), trust, np.asarray(kept, np.float32), False)


def smoothed(flow: Flow | cv2.typing.MatLike) -> Flow:
    """Blur a flow by a Gaussian of `SMOOTH_PX`.

    DIS measures on patches, which leaves steps between its blocks; a form that is carried over one is torn a
    little in each frame. At this preset its grid is a quarter of the picture's, so that nothing else is lost.
    """
    height, width = flow.shape[:2]
    cells_wh = (width // FLOW_CELL_PX, height // FLOW_CELL_PX)
    few = cv2.resize(flow, cells_wh, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(few, (0, 0), SMOOTH_PX / FLOW_CELL_PX, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def filled(flow: Flow, trust: Trust) -> Flow:
    """Return the flow with the global motion's in place of what is not trusted; the same array if all is."""
    if trust.min() == 1.0:
        return flow
    height, width = trust.shape
    rows, columns = (slice(STRIDE // 2, None, STRIDE),) * 2
    places, moved = grid_of(height, width)[rows, columns].reshape(-1, 2), flow[rows, columns].reshape(-1, 2)
    affine = global_motion(places, moved, trust[rows, columns].ravel())
    everywhere = cv2.transform(grid_of(height, width), affine.T)
    return np.asarray(cv2.blendLinear(flow, everywhere, trust, 1 - trust), np.float32)


def global_motion(places: Flow, moved: Flow, trust: Trust) -> NDArray[np.float64]:
    """Fit one affine motion to a flow, 3x2: (x, y, 1) @ it is how far a place moves.

    places, moved: Nx2 pixels. trust: N weights, 0..1. Iteratively reweighted least squares with Cauchy's
    weights, 1 / (1 + r^2), r in pixels: what moves by itself has little say (Holland and Welsch 1977).
    """
    known = np.column_stack([places, np.ones(len(places))]).astype(np.float64)
    affine: NDArray[np.float64] = np.zeros((3, 2))
    weights: NDArray[np.float64] = trust.astype(np.float64)
    for _ in range(FITS):
        weighted = known * weights[:, None]
        # A little ridge: where nothing is trusted nothing moves.
        square, mixed = weighted.T @ known + RIDGE * np.eye(3), weighted.T @ moved
        affine = np.asarray(np.linalg.solve(square, mixed), np.float64)
        left = ((moved - known @ affine) ** 2).sum(axis=1)
        weights = np.asarray(trust / (1 + left), np.float64)
    return affine


def _trust(current: Grey, previous: Grey, flow: Flow, back: Flow, wishes: MotionSettings) -> Trust:
    """Compare the flow with its way back, and the warped previous picture with the current one.

    The disagreement w + w' that is hardly trusted any more grows with the motion: tolerance_px^2 + 0.01
    (|w|^2 + |w'|^2), as Ruder et al., "Artistic Style Transfer for Videos", 2016, have it.
    Everything stays in OpenCV: as numpy expressions the same costs three times as much.
    """
    grid = np.asarray(cv2.add(grid_of(*flow.shape[:2]), flow), np.float32)
    returned = sample(back, grid)
    gone = squared_length(cv2.add(flow, returned))
    allowed = cv2.addWeighted(
        squared_length(flow), RUDER, squared_length(returned), RUDER, wishes.tolerance_px**2
    )
    difference = cv2.absdiff(current, sample(previous, grid)).astype(np.float32)
    doubt = cv2.scaleAdd(
        cv2.multiply(difference, difference), 1 / wishes.tolerance_levels**2, cv2.divide(gone, allowed)
    )
    belief = cv2.blur(cv2.exp(-doubt) * _inside(grid), (5, 5))
    # Full trust for what is nearly right: a few per cent of doubt in each frame would add up to a
    # leak that is faster than the persistence that was asked for.
    return np.asarray(np.clip(1.6 * belief - 0.3, 0.0, 1.0), np.float32)


def squared_length(flow: Flow | cv2.typing.MatLike) -> NDArray[np.float32]:
    """Give HxW of x^2 + y^2.

    cv2.magnitude rounds as its arrays happen to lie in memory, and then no two runs are quite the same.
    """
    across, down = cv2.split(cv2.multiply(flow, flow))
    return np.asarray(cv2.add(across, down), np.float32)


def sample(picture: NDArray[Any], grid: Flow) -> NDArray[Any]:
    """Sample HxW or HxWxC at the positions `grid` (HxWx2: x, y in pixels), bilinear, edges repeated."""
    # OpenCV's stubs do not know that a map of positions needs no second map.
    return cv2.remap(picture, grid, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload,no-any-return]


@lru_cache(maxsize=4)
def grid_of(height: int, width: int) -> Flow:
    """Give each pixel its own position, HxWx2 (x, y); not to be written to."""
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([columns, rows])


def _inside(grid: Flow) -> NDArray[np.bool_]:
    height, width = grid.shape[:2]
    x, y = grid[..., 0], grid[..., 1]
    inside: NDArray[np.bool_] = (x >= -0.5) & (y >= -0.5) & (x <= width - 0.5) & (y <= height - 0.5)
    return inside
