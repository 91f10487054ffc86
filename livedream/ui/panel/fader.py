"""The fader between two decks."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent

from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, EDGE, FAINT, GOOD, LINE_PX, TEXT
from livedream.ui.panel.pressed_slider import PressedSlider

ENDS = 1000
"""Positions from A to B."""

STEP, LEAP = 20, 100
NARROWEST_PX, TRACK_PX, HANDLE_WH, MARK_PX = 70, 4.0, (14.0, 22.0), 6.0
KEYS = {
    Qt.Key.Key_Right: STEP,
    Qt.Key.Key_Up: STEP,
    Qt.Key.Key_Left: -STEP,
    Qt.Key.Key_Down: -STEP,
    Qt.Key.Key_PageUp: LEAP,
    Qt.Key.Key_PageDown: -LEAP,
    Qt.Key.Key_Home: -ENDS,
    Qt.Key.Key_End: ENDS,
}


class Fader(PressedSlider):
    """Goes where it is pressed, A on the left and B on the right. moved: where a hand has put it, 0..1."""

    moved = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__(ENDS, (NARROWEST_PX, LINE_PX))
        self._mark = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("fader between deck A and deck B")
        self.setToolTip("From deck A to deck B; in the middle both are dreamed")

    def place(self, fader: float, seen: float | None = None) -> None:
        """Show where the fader is, unless a hand is on it, and tell nobody.

        seen: where it seems to be with what modulation makes of it; None: there.
        """
        mark = round((fader if seen is None else seen) * ENDS)
        if mark != self._mark:
            self._mark = mark
            self.update()
        if not self.isSliderDown() and self.value() != round(fader * ENDS):
            with QSignalBlocker(self):
                self.setValue(round(fader * ENDS))
            self.update()

    def go(self, share: float) -> None:
        """Go where a hand wants it; tell so even if it is there already, since a touch ends a fade."""
        with QSignalBlocker(self):
            super().go(share)
        self.update()
        self.moved.emit(self.value() / ENDS)

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:  # noqa: N802
        """Move by steps; with Home and End to the ends."""
        if ev is not None and ev.key() in KEYS and not ev.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.go((self.value() + KEYS[Qt.Key(ev.key())]) / ENDS)
        elif ev is not None:
            ev.ignore()

    def paintEvent(self, ev: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw track, ticks and handle."""
        painter, middle = begin(self), self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(EDGE)
        left, right = self.along(0.0), self.along(1.0)
        painter.drawRoundedRect(QRectF(left, middle - TRACK_PX / 2, right - left, TRACK_PX), 2, 2)
        self._draw_ticks(painter)
        wide, high = HANDLE_WH
        handle = QRectF(0, 0, wide, high)
        handle.moveCenter(QPointF(self.along(self.value() / ENDS), middle))
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.setBrush(TEXT if self.isSliderDown() else ACCENT)
        painter.drawRoundedRect(handle, 4, 4)
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.drawLine(
            QPointF(handle.center().x(), handle.top() + 5), QPointF(handle.center().x(), handle.bottom() - 5)
        )
        if self._mark != self.value() and not self.isSliderDown():
            painter.setPen(pen(BACKGROUND, 2.0))
            painter.setBrush(GOOD)
            painter.drawEllipse(QPointF(self.along(self._mark / ENDS), middle), MARK_PX, MARK_PX)
        if self.hasFocus():
            ring(painter, self)

    def _draw_ticks(self, painter: QPainter) -> None:
        painter.setPen(pen(FAINT, 1.5))
        for share in (0.0, 0.5, 1.0):
            x = self.along(share)
            painter.drawLine(QPointF(x, self.height() / 2 - 7), QPointF(x, self.height() / 2 + 7))
