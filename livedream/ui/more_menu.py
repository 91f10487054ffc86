"""What there is no room for in the window, in a menu that a button of the bar opens."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent
from PyQt6.QtWidgets import QFrame, QGridLayout, QWidget

from livedream.ui.panel.panel_style import GAP, MARGIN, dress

COLUMNS = 2
WIDE_PX = 340
"""How wide the rows in it are."""


class MoreMenu(QFrame):
    """Holds parts of the bar, two beside each other, and whole rows below them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("picker")
        dress(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._grid.setSpacing(GAP)

    def hold(self, parts: Sequence[QWidget], rows: Sequence[QWidget]) -> None:
        """Hold these in place of those before, which others have taken."""
        while self._grid.takeAt(0) is not None:
            pass
        for place, part in enumerate(parts):
            self._grid.addWidget(part, *divmod(place, COLUMNS))
        for number, row in enumerate(rows, -(-len(parts) // COLUMNS)):
            row.setFixedWidth(WIDE_PX)
            self._grid.addWidget(row, number, 0, 1, COLUMNS)
        for one in (*parts, *rows):
            one.show()

    def open_under(self, anchor: QWidget) -> None:
        """Open below a widget, all of it on the display."""
        self.adjustSize()
        screen = anchor.screen() or QGuiApplication.primaryScreen()
        assert screen is not None, "a widget that is clicked is on one"
        room, place = screen.availableGeometry(), anchor.mapToGlobal(QPoint(0, anchor.height() + GAP))
        x = min(place.x() + anchor.width() - self.width(), room.right() - self.width())
        self.move(max(room.left(), x), max(room.top(), min(place.y(), room.bottom() - self.height())))
        self.show()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:  # noqa: N802
        """Close with Escape."""
        if a0 is not None and a0.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(a0)
