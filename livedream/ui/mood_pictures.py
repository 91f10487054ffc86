"""The pictures in the grid of moods: of each its own dream, and until then what the camera sees."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PyQt6.QtGui import QImage

from livedream.clock import Clock, SystemClock
from livedream.frame import Frame, Rgb
from livedream.imaging import fitted_size, resized
from livedream.runtime.mood_thumbnails import MoodThumbnails
from livedream.runtime.thumbnail_process import PICTURE_WH
from livedream.ui.camera_tile import to_image
from livedream.ui.panel.mood_grid import MoodGrid

CAMERA_EVERY_S = 2.0
"""How often what the camera sees is shown anew: a tile is no second window."""


class MoodPictures:
    """Puts pictures into a grid as they are painted. frame: gives what the source shows now, None before."""

    def __init__(
        self,
        moods: MoodGrid,
        thumbnails: MoodThumbnails,
        frame: Callable[[], Frame | None],
        clock: Clock | None = None,
    ) -> None:
        self._moods, self._thumbnails, self._frame = moods, thumbnails, frame
        self._clock = clock or SystemClock()
        self._shown_s = float("-inf")

    def start(self) -> None:
        """Begin to paint."""
        self._thumbnails.start()

    def close(self) -> None:
        """Paint no more."""
        self._thumbnails.close()

    def follow(self) -> None:
        """Show what is new."""
        for name, rgb in self._thumbnails.take().items():
            self._moods.set_thumbnail(name, to_image(rgb))
        now_s = self._clock.now_s()
        if now_s - self._shown_s < CAMERA_EVERY_S or not self._moods.lacks_pictures():
            return
        frame = self._frame()
        if frame is not None:
            self._shown_s = now_s
            self._moods.set_camera(_grey(frame.rgb))


def _grey(rgb: Rgb) -> QImage:
    """Make a small picture without colour, which nobody takes for a dream."""
    small = resized(rgb, fitted_size((rgb.shape[1], rgb.shape[0]), PICTURE_WH))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    return to_image(np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2))
