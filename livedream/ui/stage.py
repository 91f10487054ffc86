"""The picture with all that stands around it: the bar above, rows and the moods below."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.panel.panel_style import GAP, dress
from livedream.ui.top_bar import TopBar

SIDE_PX = GAP + 2
SCROLL_PX = 12
NARROWEST_PX = 320

LOWEST_WITH_PX = {"bar": 300, "rows": 420, "moods": 340}
"""From which height on each is shown; the picture comes first."""

MOODS_SHARE = 0.25
"""Of the height, at most, that the moods take."""


class Stage(QWidget):
    """Lays out the picture and gives it whatever the rest leaves."""

    def __init__(self, bar: TopBar, view: QWidget, moods: MoodGrid) -> None:
        super().__init__()
        self.setObjectName("stage")
        dress(self)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumWidth(NARROWEST_PX)
        self.bar, self.view, self.moods = bar, view, moods
        self._with_moods, self._bare = True, False
        self.area = self._scrolled(moods)
        self._between = QWidget()
        self._rows = QVBoxLayout(self._between)
        self._rows.setContentsMargins(SIDE_PX, GAP, SIDE_PX, 0)
        self._rows.setSpacing(GAP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(view, 1)
        column.addWidget(self._between)
        column.addWidget(self.area)

    def add_row(self, row: QWidget) -> None:
        """Put a row between the picture and the moods, below those that are there."""
        self._rows.addWidget(row)
        self._fit()

    @property
    def with_moods(self) -> bool:
        """Return whether the moods are wanted; they are shown where there is room."""
        return self._with_moods

    def show_moods(self, *, on: bool) -> None:
        """Open the moods, or fold them."""
        self._with_moods = on
        self._fit()

    def show_bare(self, *, on: bool) -> None:
        """Show the picture alone, or all the rest again."""
        self._bare = on
        self._fit()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: ARG002, N802
        """Show what there is room for."""
        self._fit()

    def _fit(self) -> None:
        width, height = self.width(), self.height()
        room = {part: not self._bare and height >= lowest for part, lowest in LOWEST_WITH_PX.items()}
        self.bar.fit(width)
        self.bar.setVisible(room["bar"])
        self._between.setVisible(room["rows"] and self._rows.count() > 0)
        self.area.setVisible(room["moods"] and self._with_moods)
        most_px = round(MOODS_SHARE * height)
        wide_px = width - 2 * SIDE_PX
        taken_px = self.moods.arrange(wide_px, most_px)
        if taken_px > most_px:
            self.moods.arrange(wide_px - SCROLL_PX, most_px)
        self.area.setFixedHeight(min(taken_px, most_px) + 2 * GAP + 1)

    def _scrolled(self, moods: MoodGrid) -> QScrollArea:
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setViewportMargins(SIDE_PX, GAP, 0, GAP + 1)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(moods)
        viewport = area.viewport()
        assert viewport is not None, "a scroll area has one"
        viewport.setAutoFillBackground(False)
        moods.listed.connect(self._fit)
        moods.reached.connect(lambda tile: area.ensureWidgetVisible(tile, 0, GAP))
        return area
