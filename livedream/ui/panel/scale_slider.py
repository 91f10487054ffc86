"""A slider on a setting's own scale, linear or logarithmic."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QSlider, QWidget

from livedream.settings import SettingInfo
from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, EDGE, GOOD, TEXT
from livedream.ui.panel.setting_text import neat

ENDS = 10_000
"""Positions on the slider from end to end."""

HANDLE_PX, TRACK_PX, INSET_PX, HIGH_PX = 8.0, 4.0, 10.0, 24
LEAP = 10
"""Steps of the keys Page up and Page down."""

KEYS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: LEAP,
    Qt.Key.Key_PageDown: -LEAP,
}


class ScaleSlider(QSlider):
    """Goes where it is pressed; a double click wants the preset's value back.

    nudged: by how many steps a key or the wheel moves the value.
    """

    nudged = pyqtSignal(int)
    reset_wanted = pyqtSignal()

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._info = info
        self._live: float | None = None
        self.setRange(0, ENDS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(60)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(160, HIGH_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return its smallest size."""
        return QSize(60, HIGH_PX)

    @property
    def number(self) -> float:
        """Return the setting's value where the handle is."""
        return float(neat(self._info, self._info.at(self.value() / ENDS)))

    def place(self, value: float) -> None:
        """Move the handle to a value and tell nobody."""
        with QSignalBlocker(self):
            self.setValue(round(self._info.position(value) * ENDS))
        self.update()

    def mark(self, live: float | None) -> None:
        """Mark the value that is dreamed where it is not that of the handle."""
        self._live = live
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
        if ev is not None and ev.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def mouseDoubleClickEvent(self, a0: QMouseEvent | None) -> None:  # noqa: ARG002, N802
        """Ask for the preset's value."""
        self.reset_wanted.emit()

    def wheelEvent(self, e: QWheelEvent | None) -> None:  # noqa: N802
        """Move with the focus only: who scrolls the panel changes nothing."""
        if e is None:
            return
        turns = e.angleDelta().y()
        if not self.hasFocus() or not turns:
            e.ignore()
            return
        self.nudged.emit(1 if turns > 0 else -1)

    def keyPressEvent(self, ev: QKeyEvent | None) -> None:  # noqa: N802
        """Move by the setting's steps."""
        if ev is not None and ev.key() in KEYS:
            self.nudged.emit(KEYS[Qt.Key(ev.key())])
        else:
            super().keyPressEvent(ev)

    def _go(self, x: float) -> None:
        share = (x - INSET_PX) / max(1.0, self.width() - 2 * INSET_PX)
        if self._info.kind == "integer":
            share = self._info.position(self._info.at(share))
        self.setSliderPosition(round(min(1.0, max(0.0, share)) * ENDS))

    def paintEvent(self, ev: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw track, filling, mark and handle."""
        painter = begin(self)
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_track(painter)
        if self._live is not None:
            at = QPointF(self._x(self._info.position(self._live)), self.height() / 2)
            painter.setBrush(GOOD)
            painter.drawRoundedRect(QRectF(at.x() - 2, at.y() - 9, 4, 18), 2, 2)
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.setBrush(TEXT if self.isSliderDown() else ACCENT)
        painter.drawEllipse(QPointF(self._x(self.value() / ENDS), self.height() / 2), HANDLE_PX, HANDLE_PX)
        if self.hasFocus():
            ring(painter, self)

    def _draw_track(self, painter: QPainter) -> None:
        """Draw the track, filled from 0, or from its low end if 0 is not within."""
        middle = self.height() / 2 - TRACK_PX / 2
        painter.setBrush(EDGE)
        painter.drawRoundedRect(QRectF(self._x(0), middle, self._x(1) - self._x(0), TRACK_PX), 2, 2)
        low, high = self._info.low or 0.0, self._info.high or 0.0
        zero = self._info.position(0.0) if low < 0 < high else 0.0
        left, right = sorted((self._x(zero), self._x(self.value() / ENDS)))
        painter.setBrush(ACCENT)
        painter.drawRoundedRect(QRectF(left, middle, right - left, TRACK_PX), 2, 2)
        if zero:
            painter.drawRect(QRectF(self._x(zero) - 1, middle - 4, 2, TRACK_PX + 8))

    def _x(self, share: float) -> float:
        return INSET_PX + share * (self.width() - 2 * INSET_PX)
