"""The attract loop: while nobody is there, past frames in which something moved are shown again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Frame, Rgb
from livedream.imaging import resized
from livedream.motion.flow import FlowEstimator, grey
from livedream.motion.sampling import Grey
from livedream.motion.stillness import speed_px
from livedream.settings import MotionSettings

KEPT_PX = 640 * 360
"""Pixels of a frame that is kept, at most."""

KEPT_FPS = 15.0
"""How many frames a second are kept."""

MOST, FEWEST = 300, 15
"""How many frames are kept at most: 20 s, which take 104 MB; and how many a loop has at least: 1 s."""

GAP_S = 0.25
"""Frames that lie further apart were kept at different times: the one is shown right after the other."""

SURE = 3
"""Frames in a row that have to move before it counts: a lamp that flickers is nobody."""

GREY_PX = 160
"""Longer side of the pictures that motion is measured on, as for the dream: `motion.floor_px` is of it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A frame that is kept. yuv: I420, one and a half bytes a pixel. due_s: on the loop's time line."""

    yuv: NDArray[np.uint8]
    due_s: float


class PastFrames:
    """Keeps the newest frames that it is given, small, and shows them as a loop."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=MOST)
        self._kept_at_s: float | None = None
        self._shown: tuple[_Kept, Rgb] | None = None

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held_bytes(self) -> int:
        """Return how much memory the frames take."""
        return sum(kept.yuv.nbytes for kept in self._kept)

    def keep(self, rgb: Rgb, now_s: float) -> None:
        """Keep a frame, unless one was kept just now."""
        since_s = GAP_S if self._kept_at_s is None else now_s - self._kept_at_s
        # Cameras are not punctual: of thirty frames a second every other one is to be kept.
        if 0 <= since_s < 0.9 / KEPT_FPS:
            return
        yuv = cv2.cvtColor(resized(rgb, kept_size(rgb.shape[1], rgb.shape[0])), cv2.COLOR_RGB2YUV_I420)
        gap_s = since_s if 0 <= since_s < GAP_S else 1 / KEPT_FPS
        due_s = self._kept[-1].due_s + gap_s if self._kept else 0.0
        self._kept.append(_Kept(np.asarray(yuv, np.uint8), due_s))
        self._kept_at_s = now_s

    def at(self, time_s: float, size_wh: tuple[int, int]) -> Rgb:
        """Return the loop's frame at a time >= 0, `size_wh` pixels; the same array until the next one."""
        first_s = self._kept[0].due_s
        whole_s = self._kept[-1].due_s - first_s + 1 / KEPT_FPS
        due_s = first_s + time_s % whole_s
        kept = next(kept for kept in reversed(self._kept) if kept.due_s <= due_s or kept is self._kept[0])
        if self._shown is None or self._shown[0] is not kept or self._shown[1].shape[1::-1] != size_wh:
            small = np.asarray(cv2.cvtColor(kept.yuv, cv2.COLOR_YUV2RGB_I420), np.uint8)
            self._shown = kept, resized(small, size_wh)
        return self._shown[1]


def kept_size(width: int, height: int) -> tuple[int, int]:
    """Choose (width, height) of what is kept of a frame: even, and at most `KEPT_PX` pixels."""
    scale = min(1.0, (KEPT_PX / (width * height)) ** 0.5)
    across, down = (max(2, int(side * scale + 1e-6) // 2 * 2) for side in (width, height))
    return across, min(down, max(2, KEPT_PX // across // 2 * 2))


class Attract:
    """Passes a camera's frames on, and past ones in their place while the camera has long stood still.

    after_s: how long nothing has to move. settings: gives the settings of motion; what moves by more than
    `motion.floor_px` is somebody. The camera is looked at all the while: whoever comes is seen at once.
    """

    def __init__(self, after_s: float, settings: Callable[[], MotionSettings]) -> None:
        self._after_s, self._settings = after_s, settings
        self.past = PastFrames()
        self._estimator = FlowEstimator()
        self._grey: Grey | None = None
        self._moving = 0
        self.speed_px: float | None = None
        """How fast the camera's picture moved last, as `motion.floor_px` counts it."""
        self._moved_s: float | None = None
        self._since_s: float | None = None
        self._kind: tuple[tuple[int, int], int] | None = None

    @property
    def playing(self) -> bool:
        """Return whether past frames are shown."""
        return self._since_s is not None

    def shown(self, frame: Frame) -> Frame:
        """Return the camera's frame, or the loop's at its time."""
        now_s = frame.captured_s
        if self._kind != (frame.size_wh, frame.shot):
            self._begin(frame)
        if self._moves(frame.rgb) or self._moved_s is None:
            self._moved_s, self._since_s = now_s, None
        if self._moving >= SURE:
            self.past.keep(frame.rgb, now_s)
        elif not self.playing and now_s - self._moved_s >= self._after_s and len(self.past) >= FEWEST:
            self._since_s = now_s
        if self._since_s is None:
            return frame
        return replace(frame, rgb=self.past.at(now_s - self._since_s, frame.size_wh))

    def _begin(self, frame: Frame) -> None:
        """Restart with frames of another size or source."""
        self._kind, self._grey, self._moving = (frame.size_wh, frame.shot), None, 0
        self.past, self._moved_s, self._since_s = PastFrames(), None, None

    def _moves(self, rgb: Rgb) -> bool:
        """Return whether something has moved in enough consecutive frames."""
        before, self._grey = self._grey, grey(rgb, GREY_PX)
        if before is None:
            return False
        settings = self._settings()
        self.speed_px = speed_px(self._estimator.measure(self._grey, before, settings))
        self._moving = self._moving + 1 if self.speed_px > settings.floor_px else 0
        return self._moving >= SURE
