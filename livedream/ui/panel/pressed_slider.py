"""A slider that goes where it is pressed, and the keys that step what has a scale."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QSlider

LEAP = 10
"""Steps of the keys Page up and Page down."""

STEP_KEYS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: LEAP,
    Qt.Key.Key_PageDown: -LEAP,
}

INSET_PX, WIDE_PX = 10.0, 160
"""What is left free at either end, for the handle; how wide it is where there is room."""


class PressedSlider(QSlider):
    """Takes its handle to wherever it is pressed, and drags it from there.

    ends: positions from its left end to its right one. smallest_wh: the least size, whose height it keeps.
    """

    def __init__(self, ends: int, smallest_wh: tuple[int, int]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._smallest_wh = smallest_wh
        self.setRange(0, ends)
        self.setMinimumWidth(smallest_wh[0])

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return its size."""
        return QSize(WIDE_PX, self._smallest_wh[1])

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return its smallest size."""
        return QSize(*self._smallest_wh)

    def go(self, share: float) -> None:
        """Go where a hand wants it, 0 to 1; beyond its ends counts as there."""
        self.setSliderPosition(round(min(1.0, max(0.0, share)) * self.maximum()))

    def along(self, share: float) -> float:
        """Return where a share of its way is, in pixels from the left."""
        return INSET_PX + share * (self.width() - 2 * INSET_PX)

    def mousePressEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Take the handle, wherever it is pressed."""
        if ev is not None and ev.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go_to(ev)

    def mouseMoveEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Drag the handle."""
        if ev is not None and self.isSliderDown():
            self._go_to(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent | None) -> None:  # noqa: N802
        """Let go of the handle."""
        if ev is not None and ev.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.update()

    def _go_to(self, ev: QMouseEvent) -> None:
        self.go((ev.position().x() - INSET_PX) / max(1.0, self.width() - 2 * INSET_PX))
