"""The picture in a window, drawn by the GPU where there is one and by the processor elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from livedream.clock import Clock
from livedream.frame import Shown
from livedream.ui.picture import Over, Picture
from livedream.ui.preview import Preview
from livedream.ui.scaling import Scaling
from livedream.ui.viewport import Viewport

UNPAINTED = 30
"""So many frames in a row that were never painted, of a window that is in sight: the GPU draws no more."""


class ProcessorSurface(QWidget):
    """Draws the picture with the processor."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        # Every pixel is painted each time: Qt need not clear them first.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002, N802  (Qt's name)
        """Draw the frame, then what lies over it."""
        self._picture.paint(self._draw)

    def _draw(self) -> None:
        viewport, over = Viewport(self.width(), self.height(), self.devicePixelRatioF()), self._picture.over
        painter = QPainter(self)
        try:
            self._picture.preview.draw(painter, viewport)
            if over is not None:
                over(painter, viewport)
        finally:
            # A painter left active when its fault is raised would crash Qt.
            painter.end()


class GpuSurfaceMaker(Protocol):
    """Makes the widget that a GPU draws. swaps_in_step: waits for the display's own beat."""

    def __call__(self, picture: Picture, failed: Callable[[str], None], *, swaps_in_step: bool) -> QWidget:
        """Return the widget; failed: takes the reason, once, when the GPU draws no more."""
        ...


class PictureView(QWidget):
    """Shows the newest frame, and what lies over it; goes on with the processor where the GPU fails.

    said: takes a sentence when it does. swaps_in_step: see `GpuSurfaceMaker`; for one window only, or the
    windows wait for each other.
    """

    def __init__(
        self,
        preview: Preview,
        scaling: Scaling,
        clock: Clock,
        *,
        over: Over | None = None,
        said: Callable[[str], None],
        swaps_in_step: bool = False,
        gpu: GpuSurfaceMaker | None = None,
    ) -> None:
        super().__init__()
        self.preview, self.scaling = preview, scaling
        self._picture = Picture(preview, over, clock)
        self._said = said
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        # Clicks and movements are for the window, whose cursor this has.
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        if scaling.on_gpu:
            self._put((gpu or _gpu_surface)(self._picture, self._gpu_failed, swaps_in_step=swaps_in_step))
        else:
            self._put(ProcessorSurface(self._picture))

    @property
    def cost_ms(self) -> float:
        """Return how long drawing takes this thread, the median of the last two seconds; 0 for not at all."""
        return self._picture.cost_ms.percentiles().p50

    def told(self) -> str:
        """Return in a few words which way it is scaled, at what cost once that is known."""
        return (
            f"{self.scaling.told()}, {cost:.1f} ms a frame" if (cost := self.cost_ms) else self.scaling.told()
        )

    def sizeHint(self) -> QSize:  # noqa: N802  (Qt's name)
        """Return no wish: whoever holds it decides."""
        return QSize(-1, -1)

    def take(self, latest: Shown | None) -> bool:
        """Take what is shown now and ask for a paint if it is another picture; True if so."""
        new = self.preview.take(latest)
        if new:
            self.redraw()
        return new

    def redraw(self) -> None:
        """Ask for a paint."""
        if self.scaling.on_gpu and self._is_in_sight():
            self._picture.unpainted += 1
            if self._picture.unpainted > UNPAINTED:
                self._gpu_failed("OpenGL draws no more")
        self._surface.update()

    def _is_in_sight(self) -> bool:
        top = self.window()
        handle = None if top is None else top.windowHandle()
        return self.isVisible() and handle is not None and handle.isExposed()

    def _put(self, surface: QWidget) -> None:
        self._surface = surface
        self._layout.addWidget(surface)

    def _gpu_failed(self, why: str) -> None:
        """Go on with the processor, when the GPU's widget has painted: it must live until it is done."""
        if not self.scaling.on_gpu:
            return
        self.scaling = Scaling(reason=why)
        QTimer.singleShot(0, self._replace)

    def _replace(self) -> None:
        gone = self._surface
        self._layout.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._put(ProcessorSurface(self._picture))
        self._surface.show()
        self._said(f"the picture is {self.scaling.told()} from now on")


def _gpu_surface(picture: Picture, failed: Callable[[str], None], *, swaps_in_step: bool) -> QWidget:
    # Qt's OpenGL is loaded only where it is used.
    from livedream.ui.gpu_surface import GpuSurface

    return cast(QWidget, GpuSurface(picture, failed, swaps_in_step=swaps_in_step))
