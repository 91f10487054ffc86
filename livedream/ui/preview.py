"""The picture in the window: the newest frame, fitted, mirrored if wished."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter

from livedream.frame import Rgb
from livedream.ui.viewport import Viewport


class Preview:
    """Holds the newest frame and draws it at the size of the window.

    mirror: it is seen the other way round than the camera sees it. given_mirrored: the frames are so already.
    """

    def __init__(self, *, mirror: bool) -> None:
        self.mirror, self.given_mirrored = mirror, False
        self._number = -1
        self._rgb: Rgb | None = None
        self._scaled: tuple[tuple[object, ...], NDArray[np.uint8]] | None = None

    @property
    def filled(self) -> bool:
        """Return whether there is a frame to draw."""
        return self._rgb is not None

    def take(self, latest: tuple[int, Rgb] | None) -> bool:
        """Take (sequence number, frame uint8 HxWx3); True if it is a new one."""
        if latest is None or (self.filled and latest[0] == self._number):
            return False
        self._number, self._rgb = latest[0], np.ascontiguousarray(latest[1])
        return True

    def draw(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the frame, if there is one, fitted into the viewport; black around it."""
        whole = QRect(0, 0, viewport.width, viewport.height)
        if self._rgb is None:
            painter.fillRect(whole, Qt.GlobalColor.black)
            return
        height, width, _ = self._rgb.shape
        target = fitted(QSize(width, height), viewport)
        if target != QRectF(whole):
            painter.fillRect(whole, Qt.GlobalColor.black)
        size_wh = round(target.width() * viewport.ratio), round(target.height() * viewport.ratio)
        painter.drawImage(target, _view(self._pixels(size_wh)))

    def _pixels(self, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the frame's pixels at a size, HxWx4 blue first; kept until another frame or size comes."""
        turned = self.mirror != self.given_mirrored
        key = self._number, size_wh, turned
        if self._scaled is None or self._scaled[0] != key:
            assert self._rgb is not None
            self._scaled = key, _scaled(self._rgb, size_wh, mirror=turned)
        return self._scaled[1]


def fitted(inner: QSize, viewport: Viewport) -> QRectF:
    """Place `inner`, its aspect kept, in the middle of the viewport, on whole device pixels."""
    outer = QSize(round(viewport.width * viewport.ratio), round(viewport.height * viewport.ratio))
    size = inner.scaled(outer, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    left, top = (outer.width() - size.width()) // 2, (outer.height() - size.height()) // 2
    edges = (left, top, size.width(), size.height())
    return QRectF(*(edge / viewport.ratio for edge in edges))


def _scaled(rgb: Rgb, size_wh: tuple[int, int], *, mirror: bool) -> NDArray[np.uint8]:
    """Scale and mirror with OpenCV, which takes a tenth of Qt's time; returns HxWx4, as Qt draws fastest."""
    if rgb.shape[1::-1] != size_wh:
        halves = rgb.shape[1] >= 2 * size_wh[0]
        rgb = np.asarray(
            cv2.resize(rgb, size_wh, interpolation=cv2.INTER_AREA if halves else cv2.INTER_LINEAR)
        )
    if mirror:
        rgb = np.asarray(cv2.flip(rgb, 1))
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA), np.uint8)


def _view(pixels: NDArray[np.uint8]) -> QImage:
    """Wrap pixels; valid as long as they are held."""
    height, width, _ = pixels.shape
    buffer = cast(bytes, pixels.data)  # PyQt takes any buffer, its stubs know only bytes
    return QImage(buffer, width, height, 4 * width, QImage.Format.Format_RGB32)
