"""The newest frame, and how a processor draws it: fitted, mirrored if wished."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter

from livedream.frame import Rgb, Shown
from livedream.ui.viewport import Viewport

Pixels = NDArray[np.uint8]


class Preview:
    """Holds the newest frame and draws it at the size of the window.

    mirror: it is seen the other way round than the camera sees it. given_mirrored: the frames are so already.
    """

    def __init__(self, *, mirror: bool) -> None:
        self.mirror, self.given_mirrored = mirror, False
        self.sees_device: bool | None = None
        self._shown: Shown | None = None
        self._scaled: tuple[tuple[object, ...], Pixels] | None = None
        # Fresh memory for each frame would cost as much again as scaling into it.
        self._rooms: dict[str, Pixels] = {}

    @property
    def number(self) -> int:
        """Return the frame's number; there must be one."""
        assert self._shown is not None
        return self._shown.number

    @property
    def filled(self) -> bool:
        """Return whether there is a frame to draw."""
        return self._shown is not None

    @property
    def turned(self) -> bool:
        """Return whether the frame is drawn the other way round than it is given; a slate never is."""
        is_slate = self._shown is not None and self._shown.is_slate
        return self.mirror != self.given_mirrored and not is_slate

    @property
    def size(self) -> QSize:
        """Return the frame's size; there must be one."""
        height, width, _ = self._rgb.shape
        return QSize(width, height)

    def follow(self, *, mirrored: bool, is_device: bool) -> None:
        """Follow which way round frames are, and what they come from: of a film, letters are to be read."""
        self.given_mirrored = mirrored
        if self.sees_device not in (None, is_device):
            self.mirror = is_device
        self.sees_device = is_device

    def take(self, latest: Shown | None) -> bool:
        """Take what is shown now; True if it is another picture."""
        if latest is None or (self.filled and latest.number == self.number):
            return False
        self._shown = latest._replace(rgb=np.ascontiguousarray(latest.rgb))
        return True

    def pixels(self) -> Pixels:
        """Return the frame at its own size, HxWx4 blue first; valid until this or `draw` is called again."""
        room = self._room("whole", (*self._rgb.shape[:2], 4))
        return np.asarray(cv2.cvtColor(self._rgb, cv2.COLOR_RGB2BGRA, dst=room))

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the frame, if there is one, fitted into the viewport; black around it."""
        whole = QRect(0, 0, viewport.width, viewport.height)
        if not self.filled:
            painter.fillRect(whole, Qt.GlobalColor.black)
            return
        place = fitted(self.size, viewport)
        target = QRectF(*(edge / viewport.ratio for edge in cast(tuple[int, ...], place.getRect())))
        for bar in _bars(QRectF(whole), target):
            painter.fillRect(bar, Qt.GlobalColor.black)
        painter.drawImage(target, _view(self._at(place.size())))

    def _at(self, size: QSize) -> Pixels:
        """Return the frame's pixels at a size; kept until another frame or size comes."""
        size_wh = size.width(), size.height()
        key = self.number, size_wh, self.turned
        if self._scaled is None or self._scaled[0] != key:
            self._scaled = key, self._scale(size_wh)
        return self._scaled[1]

    def _scale(self, size_wh: tuple[int, int]) -> Pixels:
        """Scale and mirror with OpenCV, which takes a tenth of Qt's time."""
        width, height = self._rgb.shape[1::-1]
        if (width, height) == size_wh:
            pixels = self.pixels()
        elif size_wh[0] * size_wh[1] > width * height:
            pixels = self._room("scaled 4", (*size_wh[::-1], 4))
            cv2.resize(self.pixels(), size_wh, dst=pixels)
        else:
            # What costs is the number of pixels: the small picture is the one to convert.
            small, pixels = (self._room(f"scaled {depth}", (*size_wh[::-1], depth)) for depth in (3, 4))
            way = cv2.INTER_AREA if width >= 2 * size_wh[0] else cv2.INTER_LINEAR
            cv2.resize(self._rgb, size_wh, dst=small, interpolation=way)
            cv2.cvtColor(small, cv2.COLOR_RGB2BGRA, dst=pixels)
        if self.turned:
            cv2.flip(pixels, 1, dst=pixels)
        return pixels

    @property
    def _rgb(self) -> Rgb:
        assert self._shown is not None
        return self._shown.rgb

    def _room(self, name: str, shape: tuple[int, int, int]) -> Pixels:
        """Return memory for a picture, the same one as long as the shape is."""
        kept = self._rooms.get(name)
        if kept is None or kept.shape != shape:
            kept = self._rooms[name] = np.empty(shape, np.uint8)
        return kept


def fitted(inner: QSize, viewport: Viewport) -> QRect:
    """Place `inner`, its aspect kept, in the middle of the viewport; device pixels from the top left."""
    outer = QSize(round(viewport.width * viewport.ratio), round(viewport.height * viewport.ratio))
    size = inner.scaled(outer, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    left, top = (outer.width() - size.width()) // 2, (outer.height() - size.height()) // 2
    return QRect(left, top, size.width(), size.height())


def _bars(whole: QRectF, target: QRectF) -> list[QRectF]:
    """Return what is left of `whole` above, below and on either side of a target within it."""
    bars = [
        QRectF(whole.left(), whole.top(), whole.width(), target.top() - whole.top()),
        QRectF(whole.left(), target.bottom(), whole.width(), whole.bottom() - target.bottom()),
        QRectF(whole.left(), target.top(), target.left() - whole.left(), target.height()),
        QRectF(target.right(), target.top(), whole.right() - target.right(), target.height()),
    ]
    return [bar for bar in bars if not bar.isEmpty()]


def _view(pixels: Pixels) -> QImage:
    """Wrap pixels; valid as long as they are held."""
    height, width, _ = pixels.shape
    buffer = cast(bytes, pixels.data)  # PyQt takes any buffer, its stubs know only bytes
    return QImage(buffer, width, height, 4 * width, QImage.Format.Format_RGB32)
