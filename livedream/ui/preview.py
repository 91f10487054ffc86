"""The picture in the window: the newest frame, fitted, mirrored if wished."""

from __future__ import annotations

from typing import cast

import numpy as np
from PyQt6.QtCore import QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter

from livedream.frame import Rgb
from livedream.ui.viewport import Viewport


class Preview:
    """Holds the newest frame and draws it without a copy where none is needed."""

    def __init__(self, *, mirror: bool) -> None:
        self.mirror = mirror
        self._number = -1
        self._rgb: Rgb | None = None

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
        image = _view(self._rgb)
        target = fitted(image.size(), viewport)
        if target != QRectF(whole):
            painter.fillRect(whole, Qt.GlobalColor.black)
        if self.mirror:
            image = image.mirrored(True, False)
        _draw(painter, image, target, viewport.ratio)


def fitted(inner: QSize, viewport: Viewport) -> QRectF:
    """Place `inner`, its aspect kept, in the middle of the viewport, on whole device pixels."""
    outer = QSize(round(viewport.width * viewport.ratio), round(viewport.height * viewport.ratio))
    size = inner.scaled(outer, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    left, top = (outer.width() - size.width()) // 2, (outer.height() - size.height()) // 2
    edges = (left, top, size.width(), size.height())
    return QRectF(*(edge / viewport.ratio for edge in edges))


def _view(rgb: Rgb) -> QImage:
    """Wrap the pixels of a frame; valid as long as the frame is held."""
    height, width, _ = rgb.shape
    pixels = cast(bytes, rgb.data)  # PyQt takes any buffer, its stubs know only bytes
    return QImage(pixels, width, height, 3 * width, QImage.Format.Format_RGB888)


def _draw(painter: QPainter, image: QImage, target: QRectF, ratio: float) -> None:
    if image.width() != round(target.width() * ratio):
        # Qt scales 32-bit pixels twice as fast as 24-bit ones, the conversion included.
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(target, image)
