"""One camera among those to choose from: what it sees, its name, and why it sees nothing."""

from __future__ import annotations

from typing import cast

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF, QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton

from livedream.frame import Rgb
from livedream.runtime.camera_previews import THUMBNAIL_WH, CameraView
from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, DIM, EDGE, LIT, RADIUS, RAISED, TEXT, WARN, type_of

NAME_PX, EDGE_PX = 30, 8
TEXT_PX = 14


class CameraTile(QAbstractButton):
    """Shows a camera; a click chooses it. name: for people. wide_px: how wide it is."""

    def __init__(self, view: CameraView, name: str, wide_px: int = THUMBNAIL_WH[0]) -> None:
        super().__init__()
        self.view, self.name, self.in_use = view, name, False
        self.setFixedSize(wide_px, round(wide_px * THUMBNAIL_WH[1] / THUMBNAIL_WH[0]) + NAME_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)

    def show_view(self, view: CameraView, *, in_use: bool) -> None:
        """Show what the camera sees now."""
        if view is self.view and in_use == self.in_use:
            return
        self.view, self.in_use = view, in_use
        self.setAccessibleName(", ".join(filter(None, (self.name, self.words()))))
        self.setToolTip(view.trouble or view.camera.device)
        self.update()

    def words(self) -> str:
        """Return what is told instead of a picture, or beside it."""
        if self.in_use:
            return "in use"
        return self.view.trouble or ("" if self.view.rgb is not None else "opening ...")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return self.size()

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Choose it with Enter, too."""
        if e is not None and e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(e)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the picture and the name."""
        painter, box = begin(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(box, LIT if self.underMouse() else RAISED)
        self._draw_picture(painter, QRectF(box.left(), box.top(), box.width(), box.height() - NAME_PX))
        self._draw_name(painter, QRectF(box.left(), box.bottom() - NAME_PX, box.width(), NAME_PX))
        painter.setClipping(False)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(ACCENT if self.in_use else EDGE, 2.5 if self.in_use else 1.0))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.hasFocus():
            ring(painter, self, RADIUS - 2, 4.5)

    def _draw_picture(self, painter: QPainter, box: QRectF) -> None:
        painter.fillRect(box, Qt.GlobalColor.black)
        if self.view.rgb is not None:
            image = to_image(self.view.rgb)
            size = image.size().scaled(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRectF(0, 0, size.width(), size.height())
            at.moveCenter(box.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(at, image)
        elif self.words():
            painter.setFont(type_of(TEXT_PX))
            painter.setPen(WARN if self.view.trouble else DIM)
            wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box.adjusted(EDGE_PX, 4, -EDGE_PX, -4), int(wrapped), self.words())

    def _draw_name(self, painter: QPainter, box: QRectF) -> None:
        line = box.adjusted(EDGE_PX, 0, -EDGE_PX, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        if self.in_use:
            painter.setFont(type_of(TEXT_PX))
            painter.setPen(ACCENT)
            painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, "in use")
            line.setRight(line.right() - QFontMetricsF(painter.font()).horizontalAdvance("in use") - EDGE_PX)
        painter.setFont(type_of(TEXT_PX, bold=True))
        painter.setPen(TEXT)
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, name)


def to_image(rgb: Rgb) -> QImage:
    """Return a picture (uint8 HxWx3, contiguous) as Qt has it, with pixels of its own."""
    height, width, _ = rgb.shape
    buffer = cast(bytes, rgb.data)  # PyQt takes any buffer, its stubs know only bytes
    return QImage(buffer, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
