"""A still picture as a source."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.clock import Clock, SystemClock
from livedream.frame import Frame, Rgb
from livedream.health import Health
from livedream.sources.source import SourceInfo
from livedream.sources.transparent import Alpha, read_transparent

LONGEST_PX = 8192
"""A longer side is shown smaller: no screen or virtual camera takes more."""


class Still:
    """Show one picture `fps` times a second: for ever if `loop`, else once."""

    def __init__(
        self, path: Path, *, fps: float = 30.0, loop: bool = True, clock: Clock | None = None
    ) -> None:
        """Read the file; raises InputError if it cannot be decoded."""
        picture = read_image(path)
        self._rgb = _at_most(picture, LONGEST_PX)
        self._message = _shrunk_message(path, picture, self._rgb)
        height, width = self._rgb.shape[:2]
        self._info = SourceInfo(path.name, (width, height), fps, is_device=False)
        self._loop = loop
        self._clock = clock or SystemClock()
        self._index = 0
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """Return name, size and rate."""
        return self._info

    @property
    def health(self) -> Health:
        """Return whether it is open, and whether it is shown smaller than it is."""
        if self._closed:
            return Health("off", f"{self._info.name} is closed.")
        return Health("live", self._message)

    def read(self, stop: threading.Event) -> Frame | None:
        """Return the picture at once; None if `stop` is set or it is closed, and without loop after one."""
        index = self._index
        if stop.is_set() or self._closed or (index > 0 and not self._loop):
            return None
        self._index += 1
        return Frame(self._rgb, self._clock.now_s(), index, media_s=index / self._info.fps)

    def close(self) -> None:
        """End it."""
        self._closed = True


def read_image(path: Path) -> Rgb:
    """Decode an image file: uint8 HxWx3, turned as its EXIF says, alpha over black, 16 bits cut to 8.

    Raises InputError if the file cannot be read or decoded.
    """
    return over_black(*read_transparent(path))


def over_black(rgb: Rgb, alpha: Alpha | None) -> Rgb:
    """Lay colours that are not multiplied with their alpha over black; without one they stay as they are."""
    if alpha is None:
        return rgb
    return ((rgb.astype(np.uint16) * alpha[..., None] + 127) // 255).astype(np.uint8)


def _own(rgb: NDArray[Any]) -> Rgb:
    return np.ascontiguousarray(rgb, dtype=np.uint8)


def _at_most(rgb: Rgb, longest_px: int) -> Rgb:
    height, width = rgb.shape[:2]
    if max(height, width) <= longest_px:
        return rgb
    scale = longest_px / max(height, width)
    size_wh = max(1, round(width * scale)), max(1, round(height * scale))
    return _own(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA))


def _shrunk_message(path: Path, picture: Rgb, shown: Rgb) -> str:
    if picture.shape == shown.shape:
        return ""
    (height, width), (shown_height, shown_width) = picture.shape[:2], shown.shape[:2]
    return f"{path.name} has {width}x{height} pixels and is shown at {shown_width}x{shown_height}."
