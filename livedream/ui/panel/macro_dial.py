"""A dial for one macro: what the hand makes of it, what else moves it, and which knob it is bound to."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PyQt6.QtWidgets import QDial, QSizePolicy

from livedream.settings import SettingInfo
from livedream.settings.macro import REST
from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, CARD, DIM, EDGE, GOOD, TEXT, type_of
from livedream.ui.panel.pressed_slider import LEAP, STEP_KEYS

ENDS = 1000
"""Positions from end to end."""

WAY_PX, FINE = 160.0, 8.0
"""How far the mouse goes from end to end, and how many times as far with Shift."""

FROM_DEG, SPAN_DEG = 225.0, 270.0
DISC_PX, BAND_PX, RING_PX = 60.0, 7.0, 3.0
VALUE_PX, WORD_PX, CAPTION_TYPE_PX = 17, 14, 11
NAME_PX, CAPTION_PX, ROUND_PX = 18, 14, 5
NAME_UP_PX = 8
"""How far the name reaches into the opening of the rings."""


class MacroDial(QDial):
    """Turns with the mouse going up and down, the wheel and the keys; a double click resets it.

    wanted: a value that a person gives, 0 to 1. settled: a person has let go. reset_wanted: rest is asked
    for.
    """

    wanted = pyqtSignal(float)
    settled = pyqtSignal()
    reset_wanted = pyqtSignal()

    def __init__(self, info: SettingInfo) -> None:
        super().__init__()
        self.info = info
        self.caption = ""
        self._live: float | None = None
        self._at, self._from_y = REST, 0.0
        self.setRange(0, ENDS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"macro {info.name}")
        self.setAccessibleDescription(info.help)
        self._tell()
        self.place(REST)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(62, ROUND_PX + round(DISC_PX) - NAME_UP_PX + NAME_PX + CAPTION_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return its smallest size."""
        return QSize(54, self.sizeHint().height())

    @property
    def share(self) -> float:
        """Return where the hand has put it, 0 to 1."""
        return self._at

    def place(self, share: float) -> None:
        """Turn it to a value, 0 to 1, and tell nobody."""
        self._at = min(1.0, max(0.0, share))
        with QSignalBlocker(self):
            self.setValue(round(self._at * ENDS))
        self.update()

    def mark(self, live: float | None) -> None:
        """Show on the outer ring where else it is moved to, 0 to 1; None for not at all."""
        shown = None if live is None else round(live * ENDS / 5) / (ENDS / 5)
        if shown != self._live:
            self._live = shown
            self.update()

    def label(self, caption: str) -> None:
        """Say below it what turns it."""
        if caption != self.caption:
            self.caption = caption
            self._tell()
            self.update()

    def mousePressEvent(self, e: QMouseEvent | None) -> None:  # noqa: N802
        """Take it."""
        if e is not None and e.button() == Qt.MouseButton.LeftButton:
            self._from_y = e.position().y()
            self.setSliderDown(True)

    def mouseMoveEvent(self, e: QMouseEvent | None) -> None:  # noqa: N802
        """Turn it by how far the mouse goes up or down; with Shift finely."""
        if e is None or not self.isSliderDown():
            return
        fine = FINE if e.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        moved, self._from_y = self._from_y - e.position().y(), e.position().y()
        self._turn(moved / (WAY_PX * fine))

    def mouseReleaseEvent(self, e: QMouseEvent | None) -> None:  # noqa: N802
        """Let go of it."""
        if e is not None and e.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.settled.emit()

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:  # noqa: ARG002, N802
        """Ask for rest."""
        self.reset_wanted.emit()

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        """Turn it by a step; with Shift by a tenth of one."""
        if e is None or not (turns := e.angleDelta().y() or e.angleDelta().x()):
            return
        fine = bool(e.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._turn((0.1 if fine else 1.0) * turns / 120 * self._step())
        e.accept()

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:  # noqa: N802
        """Turn it by steps, or to its ends."""
        if ev is None:
            return
        key = Qt.Key(ev.key())
        if key in STEP_KEYS:
            fine = bool(ev.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._turn(STEP_KEYS[key] * (0.1 if fine else 1.0) * self._step())
        elif key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            self._turn(1.0 if key == Qt.Key.Key_End else -1.0)
        else:
            ev.ignore()

    def _step(self) -> float:
        return self.info.step or 1 / LEAP**2

    def _turn(self, by: float) -> None:
        before = self._at
        self.place(before + by)
        if self._at != before:
            self.wanted.emit(self._at)

    def paintEvent(self, pe: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw the disc with its rings, the value, the name and what turns it."""
        painter = begin(self)
        disc = QRectF((self.width() - DISC_PX) / 2, ROUND_PX, DISC_PX, DISC_PX)
        self._draw_rings(painter, disc)
        painter.setFont(type_of(VALUE_PX, bold=True))
        painter.setPen(TEXT)
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, f"{self._at * 100:.0f}")
        name = QRectF(0, disc.bottom() - NAME_UP_PX, self.width(), NAME_PX)
        painter.setFont(type_of(WORD_PX, bold=True))
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, self.info.name.capitalize())
        painter.setFont(type_of(CAPTION_TYPE_PX))
        painter.setPen(GOOD)
        caption = QFontMetricsF(painter.font()).elidedText(
            self.caption, Qt.TextElideMode.ElideRight, self.width()
        )
        below = QRectF(0, name.bottom(), self.width(), CAPTION_PX)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, caption)
        if self.hasFocus():
            ring(painter, self)

    def _draw_rings(self, painter: QPainter, disc: QRectF) -> None:
        """Draw the hand's ring, filled from rest, and around it where else the macro is moved to."""
        inner = disc.adjusted(BAND_PX, BAND_PX, -BAND_PX, -BAND_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(CARD)
        painter.drawEllipse(inner)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        _arc(painter, inner, 0.0, 1.0, pen(EDGE, BAND_PX))
        _arc(painter, inner, REST, self._at, pen(TEXT if self.isSliderDown() else ACCENT, BAND_PX))
        if self._at == REST:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(DIM)
            painter.drawEllipse(QPointF(inner.center().x(), inner.top()), BAND_PX / 2, BAND_PX / 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._live is not None:
            _arc(painter, disc.adjusted(-1, -1, 1, 1), self._at, self._live, pen(GOOD, RING_PX))

    def _tell(self) -> None:
        turned = f"<br>{self.caption}" if self.caption else ""
        ways = "Drag up and down, finely with Shift; a double click resets it."
        self.setToolTip(f"<qt><b>{self.info.word}</b><br>{self.info.help}<br>{ways}{turned}</qt>")


def _arc(painter: QPainter, box: QRectF, start: float, end: float, look: QPen) -> None:
    """Draw the arc between two places of the dial's way, 0 to 1."""
    if start == end:
        return
    painter.setPen(look)
    painter.drawArc(box, round(16 * (FROM_DEG - SPAN_DEG * start)), round(-16 * SPAN_DEG * (end - start)))
