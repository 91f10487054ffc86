"""A slider on a setting's own scale, linear or logarithmic."""

from __future__ import annotations

from PyQt6.QtCore import QPointF, QRectF, QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent

from livedream.settings import SettingInfo
from livedream.ui.panel.panel_paint import begin, pen, ring
from livedream.ui.panel.panel_style import ACCENT, BACKGROUND, EDGE, GOOD, TEXT
from livedream.ui.panel.pressed_slider import STEP_KEYS, PressedSlider
from livedream.ui.panel.setting_text import neat

ENDS = 10_000
"""Positions on the slider from end to end."""

HANDLE_PX, TRACK_PX, SMALLEST_WH = 8.0, 4.0, (60, 24)


class ScaleSlider(PressedSlider):
    """Goes where it is pressed; a double click wants the preset's value back.

    nudged: by how many steps a key or the wheel moves the value.
    """

    nudged = pyqtSignal(int)
    reset_wanted = pyqtSignal()

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(ENDS, SMALLEST_WH)
        self._info = info
        self._live: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

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
        if ev is not None and ev.key() in STEP_KEYS:
            self.nudged.emit(STEP_KEYS[Qt.Key(ev.key())])
        else:
            super().keyPressEvent(ev)

    def go(self, share: float) -> None:
        """Go where a hand wants it; of whole numbers, to the nearest."""
        whole = self._info.kind == "integer"
        super().go(self._info.position(self._info.at(share)) if whole else share)

    def paintEvent(self, ev: QPaintEvent | None) -> None:  # noqa: ARG002, N802
        """Draw track, filling, mark and handle."""
        painter = begin(self)
        painter.setPen(Qt.PenStyle.NoPen)
        self._draw_track(painter)
        if self._live is not None:
            at = QPointF(self.along(self._info.position(self._live)), self.height() / 2)
            painter.setBrush(GOOD)
            painter.drawRoundedRect(QRectF(at.x() - 2, at.y() - 9, 4, 18), 2, 2)
        painter.setPen(pen(BACKGROUND, 2.0))
        painter.setBrush(TEXT if self.isSliderDown() else ACCENT)
        painter.drawEllipse(QPointF(self.along(self.value() / ENDS), self.height() / 2), HANDLE_PX, HANDLE_PX)
        if self.hasFocus():
            ring(painter, self)

    def _draw_track(self, painter: QPainter) -> None:
        """Draw the track, filled from 0, or from its low end if 0 is not within."""
        middle = self.height() / 2 - TRACK_PX / 2
        painter.setBrush(EDGE)
        painter.drawRoundedRect(QRectF(self.along(0), middle, self.along(1) - self.along(0), TRACK_PX), 2, 2)
        low, high = self._info.low or 0.0, self._info.high or 0.0
        zero = self._info.position(0.0) if low < 0 < high else 0.0
        left, right = sorted((self.along(zero), self.along(self.value() / ENDS)))
        painter.setBrush(ACCENT)
        painter.drawRoundedRect(QRectF(left, middle, right - left, TRACK_PX), 2, 2)
        if zero:
            painter.drawRect(QRectF(self.along(zero) - 1, middle - 4, 2, TRACK_PX + 8))
