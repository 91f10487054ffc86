"""The fader between two decks."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSlider

from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, EDGE, FAINT, LINE_PX, TEXT

ENDS = 1000
"""Positions from A to B."""

STEP, LEAP = 20, 100
INSET_PX, TRACK_PX, HANDLE_WH = 10.0, 4.0, (14.0, 22.0)
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


class Fader(QSlider):
    """Goes where it is pressed, A on the left and B on the right. moved: where a hand has put it, 0..1."""

    moved = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, ENDS)
        self.setMinimumWidth(70)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("fader between deck A and deck B")
        self.setToolTip("From deck A to deck B; in the middle both are dreamed")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(160, LINE_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return its smallest size."""
        return QSize(70, LINE_PX)

    def place(self, fader: float) -> None:
        """Show where the fader is, unless a hand is on it, and tell nobody."""
        if not self.isSliderDown() and self.value() != round(fader * ENDS):
            with QSignalBlocker(self):
                self.setValue(round(fader * ENDS))
            self.update()

    def mousePressEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Take the handle, wherever it is pressed."""
        if ev is not None and ev.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go(ev.position().x())

    def mouseMoveEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Drag the handle."""
        if ev is not None and self.isSliderDown():
            self._go(ev.position().x())

    def mouseReleaseEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Let go of the handle."""
        if ev is not None and ev.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:  # noqa: N802
        """Move by steps; with Home and End to the ends."""
        if ev is not None and ev.key() in KEYS and not ev.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._set(self.value() + KEYS[Qt.Key(ev.key())])
        elif ev is not None:
            ev.ignore()

    def _go(self, x: float) -> None:
        share = (x - INSET_PX) / max(1.0, self.width() - 2 * INSET_PX)
        self._set(round(share * ENDS))

    def _set(self, position: int) -> None:
        with QSignalBlocker(self):
            self.setValue(min(ENDS, max(0, position)))
        self.update()
        self.moved.emit(self.value() / ENDS)

    def paintEvent(self, ev: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw track, ticks and handle."""
        painter, middle = begin(self), self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(EDGE)
        width = self.width() - 2 * INSET_PX
        painter.drawRoundedRect(QRectF(INSET_PX, middle - TRACK_PX / 2, width, TRACK_PX), 2, 2)
        self._draw_ticks(painter, width)
        wide, high = HANDLE_WH
        handle = QRectF(0, 0, wide, high)
        handle.moveCenter(QPointF(INSET_PX + self.value() / ENDS * width, middle))
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.setBrush(TEXT if self.isSliderDown() else ACCENT)
        painter.drawRoundedRect(handle, 4, 4)
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.drawLine(
            QPointF(handle.center().x(), handle.top() + 5), QPointF(handle.center().x(), handle.bottom() - 5)
        )
        if self.hasFocus():
            ring(painter, self)

    def _draw_ticks(self, painter: QPainter, width: float) -> None:
        painter.setPen(pen(FAINT, 1.5))
        for share in (0.0, 0.5, 1.0):
            x = INSET_PX + share * width
            painter.drawLine(QPointF(x, self.height() / 2 - 7), QPointF(x, self.height() / 2 + 7))
