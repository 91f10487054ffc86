"""One mood in the grid: its number, its name, a picture of it, and whether it can be shown at once."""

from __future__ import annotations

from html import escape
from math import ceil
from typing import Literal

from PyQt6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PyQt6.QtWidgets import QAbstractButton

from livedream.engines.progress import Progress
from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import (
    ACCENT,
    DIM,
    EDGE,
    FAINT,
    GOOD,
    LIT,
    RADIUS,
    RAISED,
    TEXT,
    TINT,
    WARN,
    type_of,
)

State = Literal["ready", "building", "waiting"]

LOW_PX, STRIP_PX = 50, 24
"""How high a tile is at least, and the line with its name."""

LEFT_PX, SPACE_PX, RIGHT_PX = 5, 4, 2
LARGE_PX, TIGHT_PX = 15, 12
BAR_PX = 4
WIDEST_PICTURE_PX = 480
CAMERA_OPACITY = 0.45
"""Of what the camera sees, where there is no picture of the mood yet."""

SHADE = QColor(8, 8, 14, 190)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


DEEDS = {
    (Qt.Key.Key_Left, True): "load A",
    (Qt.Key.Key_Right, True): "load B",
    (Qt.Key.Key_F2, False): "rename",
    (Qt.Key.Key_Delete, False): "delete",
}
"""What a key asks for, without and with the shift key."""


class MoodTile(QAbstractButton):
    """A mood.

    running: it is what is seen. armed: it is asked for, and comes. stepped: an arrow key leaves it.
    asked: for "menu" or one of `DEEDS`, and where on the screen.
    """

    stepped = pyqtSignal(int, int)
    asked = pyqtSignal(str, QPoint)

    def __init__(self, number: int, name: str, tip: str) -> None:
        super().__init__()
        self.number, self.name = number, name
        self.running = self.armed = False
        self.state: State | None = None
        self.type_px = TIGHT_PX
        self._tip = tip
        self._picture: QImage | None = None
        self._camera: QImage | None = None
        self._progress: Progress | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._tell()

    def take_over(self, before: MoodTile | None) -> None:
        """Take the picture and the state of a tile that it replaces."""
        if before is not None:
            self._picture, self._camera, self.state = before._picture, before._camera, before.state
            self._tell()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size at which all of its name is seen."""
        return QSize(self.needed_px(TIGHT_PX), LOW_PX)

    def show_as(self, *, running: bool, armed: bool) -> None:
        """Show whether it runs or is asked for."""
        if (running, armed) != (self.running, self.armed):
            self.running, self.armed = running, armed
            self._tell()
            self.update()

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far its engine is, while somebody waits for it."""
        if progress != self._progress:
            self._progress = progress
            self._tell()
            self.update()

    def set_state(self, state: State | None) -> None:
        """Show whether its engine is ready."""
        if state != self.state:
            self.state = state
            self._tell()
            self.update()

    def set_picture(self, picture: QImage) -> None:
        """Show a picture of it."""
        self._picture = picture.scaledToWidth(
            min(WIDEST_PICTURE_PX, picture.width()), Qt.TransformationMode.SmoothTransformation
        )
        self.update()

    @property
    def has_picture(self) -> bool:
        """Return whether a picture of it is shown."""
        return self._picture is not None

    def set_camera(self, picture: QImage) -> None:
        """Show what the camera sees, dim and without colour, until there is a picture of it."""
        self._camera = picture
        if self._picture is None:
            self.update()

    def keyPressEvent(self, e: QKeyEvent | None) -> None:  # noqa: N802
        """Go to the neighbours with the arrow keys; Enter is a click."""
        deed = None if e is None else DEEDS.get((Qt.Key(e.key()), _is_shifted(e)))
        if deed is not None:
            self.asked.emit(deed, self.mapToGlobal(self.rect().center()))
        elif e is not None and e.key() in ARROWS:
            self.stepped.emit(*ARROWS[Qt.Key(e.key())])
        elif e is not None and e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(e)

    def contextMenuEvent(self, a0: QContextMenuEvent | None) -> None:  # noqa: N802
        """Ask for the menu, by mouse or by the menu key."""
        if a0 is not None:
            self.asked.emit("menu", a0.globalPos())

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the tile."""
        painter, box = begin(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.setClipPath(shape)
        self._draw_ground(painter, box)
        self._draw_name(painter, QRectF(box.left(), box.bottom() - STRIP_PX, box.width(), STRIP_PX))
        self._draw_progress(painter, box)
        self._draw_dot(painter, QPointF(box.right() - 11, box.top() + 11))
        painter.setClipping(False)
        self._draw_edge(painter, box)
        if self.hasFocus():
            ring(painter, self, RADIUS - 2, 4.5)  # within the edge, which says whether it runs

    def _draw_ground(self, painter: QPainter, box: QRectF) -> None:
        lit = self.underMouse() or self.isDown()
        painter.fillRect(box, TINT if self.running else LIT if lit else RAISED)
        shown = self._camera if self._picture is None else self._picture
        if shown is None or shown.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = QSize(shown.size())
        size.scale(box.size().toSize(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        at = QRectF(0, 0, size.width(), size.height())
        at.moveCenter(box.center())
        painter.setOpacity(CAMERA_OPACITY if self._picture is None else 1.0)
        painter.drawImage(at, shown)
        painter.setOpacity(1.0)
        painter.fillRect(QRectF(box.left(), box.bottom() - STRIP_PX, box.width(), STRIP_PX), SHADE)

    def _draw_name(self, painter: QPainter, line: QRectF) -> None:
        text = line.adjusted(LEFT_PX, 0, -RIGHT_PX, 0)
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setFont(_number_type())
        painter.setPen(ACCENT if self.running else DIM if self._picture is not None else FAINT)
        number = str(self.number)
        painter.drawText(text, left, number)
        text.setLeft(text.left() + QFontMetricsF(painter.font()).horizontalAdvance(number) + SPACE_PX)
        painter.setFont(type_of(self.type_px, bold=True))
        painter.setPen(TEXT)
        shown = QFontMetricsF(painter.font()).elidedText(self.name, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, left, shown)

    def _draw_progress(self, painter: QPainter, box: QRectF) -> None:
        """Draw seconds gone and expected, and a bar that stops short of its end until it is there."""
        if self._progress is None:
            return
        painter.setFont(type_of(TIGHT_PX, bold=True))
        words = QRectF(box.left(), box.top() + 3, box.width() - 22, 18)
        painter.fillRect(words.adjusted(0, -3, 22, 2), SHADE)
        painter.setPen(WARN)
        painter.drawText(words.adjusted(LEFT_PX, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, str(self._progress))
        if self._progress.expected_s:
            done = min(0.97, self._progress.elapsed_s / self._progress.expected_s)
            painter.fillRect(QRectF(box.left(), box.bottom() - BAR_PX, done * box.width(), BAR_PX), WARN)

    def _draw_dot(self, painter: QPainter, at: QPointF) -> None:
        """Draw a full dot if it is ready, half of one while it is built, a ring while it waits."""
        if self.state is None:
            return
        colour = {"ready": GOOD, "building": WARN, "waiting": FAINT}[self.state]
        if self._picture is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(SHADE)
            painter.drawEllipse(at, 8, 8)
        painter.setPen(pen(colour, 1.6))
        painter.setBrush(colour if self.state == "ready" else RAISED)
        circle = QRectF(at.x() - 4, at.y() - 4, 8, 8)
        painter.drawEllipse(circle)
        if self.state == "building":
            painter.setBrush(colour)
            painter.drawPie(circle, 90 * 16, 180 * 16)

    def _draw_edge(self, painter: QPainter, box: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        look = pen(ACCENT if self.running or self.armed else EDGE, 2.5 if self.running or self.armed else 1.0)
        if self.armed and not self.running:
            look.setDashPattern([2.5, 2.5])
            look.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(look)
        painter.drawRoundedRect(box, RADIUS, RADIUS)

    def needed_px(self, type_px: int) -> int:
        """Return how wide it must be for all of its name in type of a size."""
        number, name = QFontMetricsF(_number_type()), QFontMetricsF(type_of(type_px, bold=True))
        text_px = number.horizontalAdvance(str(self.number)) + name.horizontalAdvance(self.name)
        return ceil(LEFT_PX + text_px + SPACE_PX + RIGHT_PX) + 2

    def _tell(self) -> None:
        """Say in words what the tile shows."""
        what = "runs" if self.running else "asked for" if self.armed else ""
        what += f", {self._progress}" if self._progress is not None else ""
        engines = {"ready": "ready", "building": "its engine is being built", "waiting": "its engine waits"}
        states = ", ".join(part for part in (what, engines[self.state] if self.state else "") if part)
        self.setAccessibleName(f"{self.number} {self.name}" + (f", {states}" if states else ""))
        self.setToolTip(
            f"<qt><b>{escape(self.name)}</b>{f' ({states})' if states else ''}<br>{escape(self._tip)}</qt>"
        )


def _is_shifted(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def _number_type() -> QFont:
    return type_of(11)
