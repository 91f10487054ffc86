"""Where each pixel of the current picture was in the previous one, and how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from livedream.beside import thread_beside
from livedream.frame import Rgb
from livedream.imaging import shrink
from livedream.motion.sampling import (
    Affine,
    Flow,
    Grey,
    Trust,
    grid_of,
    mapped,
    sample,
    squared_length,
    within,
)
from livedream.motion.whole import STANDS, apart, around, preferred, unexplained, whole_motion
from livedream.settings import MotionSettings


@dataclass(frozen=True, slots=True)
class Motion:
    """Motion between two pictures, at the small size it was measured at.

    flow: HxWx2 pixels of that size; the whole picture's where that tells as much, and where nothing can be
    trusted. trust: HxW, 0..1; 0 everywhere on a scene cut. kept: HxW, 0..1, how much of the dream is carried
    along: less where it is not trusted. whole: the motion of the whole picture, current -> previous; it
    stands on a scene cut.
    """

    flow: Flow
    trust: Trust
    kept: Trust
    cut: bool
    whole: Affine = field(default_factory=STANDS.copy)


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


RUDER = 0.01
"""How much of the squared motion its disagreement may be."""

STRICTER = 4.0
"""By so much less may the whole picture's motion leave unexplained: it is not measured there and back."""

SMOOTH_PX, FLOW_CELL_PX = 5.0, 4

_NO_GUESS = np.empty((0, 0), np.float32)


class FlowEstimator:
    """DIS optical flow (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016)."""

    def __init__(self) -> None:
        self._there, self._back = (
            cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST) for _ in range(2)
        )
        self._beside = thread_beside("flow")

    def measure(self, current: Grey, previous: Grey, settings: MotionSettings) -> Motion:
        """Measure the motion between two grey pictures of one size."""
        returning = self._beside.submit(lambda: smoothed(self._back.calc(previous, current, _NO_GUESS)))
        measured = np.asarray(self._there.calc(current, previous, _NO_GUESS), np.float32)
        flow = smoothed(measured)
        grid = np.asarray(cv2.add(grid_of(*current.shape), flow), np.float32)
        levels = apart(current, previous, grid)
        left = around(levels)
        whole = whole_motion(measured, left)
        everywhere = mapped(whole, *current.shape)
        as_whole = np.asarray(cv2.subtract(everywhere, grid_of(*current.shape)), np.float32)
        trust = _trust(levels, flow, grid, returning.result(), settings)
        if trust.mean() < settings.cut_share:
            return Motion(
                np.zeros_like(flow), np.zeros_like(trust), np.full_like(trust, settings.cut_keep), True
            )
        left_whole = unexplained(current, previous, as_whole)
        share = preferred(left_whole, left)
        own = (1 - share) * trust  # what moves by itself, and is believed to
        flow = np.asarray(cv2.blendLinear(flow, as_whole, own, 1 - own), np.float32)
        alike = np.exp(-np.square(left_whole * np.float32(STRICTER / settings.tolerance_levels)))
        trust = own + share * np.maximum(trust, _full(alike * within(everywhere)))
        kept = np.asarray(cv2.addWeighted(trust, 1 - settings.fill, trust, 0.0, settings.fill), np.float32)
        return Motion(flow, trust, kept, False, whole)


MEASURED_BY = ("tolerance_px", "tolerance_levels", "cut_share", "cut_keep", "fill")
"""Settings that have a part in how motion is measured."""


def measures_alike(one: MotionSettings, other: MotionSettings) -> bool:
    """Return whether motion is measured alike by two settings: the others may go up and down as they like."""
    return all(getattr(one, name) == getattr(other, name) for name in MEASURED_BY)


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


def _trust(levels: Grey, flow: Flow, grid: Flow, back: Flow, settings: MotionSettings) -> Trust:
    """Compare the flow with its way back, and the warped previous picture with the current one.

    levels: HxW, how far these are apart. grid: HxWx2, where the flow leads to.
    The disagreement w + w' that is hardly trusted any more grows with the motion: tolerance_px^2 + 0.01
    (|w|^2 + |w'|^2), as Ruder et al., "Artistic Style Transfer for Videos", 2016, have it.
    Everything stays in OpenCV: as numpy expressions the same costs three times as much.
    """
    returned = sample(back, grid)
    gone = squared_length(cv2.add(flow, returned))
    allowed = cv2.addWeighted(
        squared_length(flow), RUDER, squared_length(returned), RUDER, settings.tolerance_px**2
    )
    difference = levels.astype(np.float32)
    doubt = cv2.scaleAdd(
        cv2.multiply(difference, difference), 1 / settings.tolerance_levels**2, cv2.divide(gone, allowed)
    )
    return _full(cv2.blur(cv2.exp(-doubt) * within(grid), (5, 5)))


def _full(belief: Trust | cv2.typing.MatLike) -> Trust:
    """Return full trust for what is nearly right.

    A few per cent of doubt in each frame would add up to a leak that is faster than the persistence that was
    asked for.
    """
    return np.asarray(np.clip(1.6 * belief - 0.3, 0.0, 1.0), np.float32)
