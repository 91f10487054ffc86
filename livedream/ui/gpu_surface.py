"""The widget that draws the picture with OpenGL."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6 import sip
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QOffscreenSurface, QOpenGLContext, QPainter
from PyQt6.QtOpenGL import QOpenGLPaintDevice
from PyQt6.QtOpenGLWidgets import QOpenGLWidget

from livedream.ui.gpu_fault import GpuFault
from livedream.ui.gpu_scaler import GpuScaler
from livedream.ui.picture import Over, Picture
from livedream.ui.preview import fitted
from livedream.ui.viewport import Viewport


class GpuSurface(QOpenGLWidget):
    """Draws the picture with the GPU.

    failed: takes the reason, when it does no more. swaps_in_step: waits for the display's own beat.
    """

    def __init__(self, picture: Picture, failed: Callable[[str], None], *, swaps_in_step: bool) -> None:
        super().__init__()
        form = self.format()
        form.setSwapInterval(int(swaps_in_step))
        self.setFormat(form)
        self._picture, self._failed = picture, failed
        self._scaler: GpuScaler | None = None

    def initializeGL(self) -> None:  # noqa: N802  (Qt's name)
        """Prepare a context, which may be another one after the widget has moved."""
        context = self.context()
        assert context is not None
        try:
            self._scaler = GpuScaler(context)
        except GpuFault as fault:
            self._failed(str(fault))
            return
        # Not a method of this widget: Qt destroys the context after the widget's own part is gone.
        context.aboutToBeDestroyed.connect(partial(_release, self._scaler, context, _spare(context)))

    def paintGL(self) -> None:  # noqa: N802  (Qt's name)
        """Draw the frame, then what lies over it."""
        try:
            self._picture.paint(self._draw)
        except GpuFault as fault:
            self._failed(str(fault))

    def _draw(self) -> None:
        if self._scaler is None:
            return
        viewport = Viewport(self.width(), self.height(), self.devicePixelRatioF())
        size = QSize(round(viewport.width * viewport.ratio), round(viewport.height * viewport.ratio))
        self._scaler.clear(size.width(), size.height())
        preview = self._picture.preview
        if preview.filled:
            place = fitted(preview.size, viewport)
            place.moveTop(size.height() - place.y() - place.height())  # OpenGL counts from the bottom
            self._scaler.draw(preview.number, preview.pixels, place, mirror=preview.turned)
        if self._picture.over is not None:
            self._draw_over(self._picture.over, size, viewport)

    def _draw_over(self, over: Over, size: QSize, viewport: Viewport) -> None:
        # Not on this widget: while a window is grabbed, Qt would redirect that to below the picture.
        device = QOpenGLPaintDevice(size)
        device.setDevicePixelRatio(viewport.ratio)
        painter = QPainter(device)
        try:
            over(painter, viewport)
        finally:
            # A painter left active when its fault is raised would crash Qt.
            painter.end()


def _spare(context: QOpenGLContext) -> QOffscreenSurface:
    """Return something that the context can be current on when its window is gone."""
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    return surface


def _release(scaler: GpuScaler, context: QOpenGLContext, spare: QOffscreenSurface) -> None:
    # When the program ends, Python may have deleted it already.
    if not sip.isdeleted(spare) and context.makeCurrent(spare):
        scaler.release()
        context.doneCurrent()
