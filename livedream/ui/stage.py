"""The picture with all that stands around it: the bar above, rows and the moods below."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from livedream.ui.more_menu import WIDE_PX
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.panel.panel_style import GAP, dress
from livedream.ui.side_pane import SidePane
from livedream.ui.tab_order import tab_after
from livedream.ui.top_bar import TopBar

SIDE_PX = GAP + 2
SCROLL_PX = 12
NARROWEST_PX = 320

LOWEST_WITH_PX = {"bar": 180, "rows": 420, "moods": 340}
"""From which height on each is shown; the picture comes first, and the rest is in the bar's menu."""

MOODS_SHARE, LOWEST_MOODS_PX = 0.25, 120
"""Of the height, at most, that the moods take; in the menu they have so much."""

UNLIMITED_PX = 16_777_215
"""How Qt says that a width has no limit."""


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
        self.beside = SidePane()
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(view, 1)
        middle.addWidget(self.beside)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(bar)
        self._column.addLayout(middle, 1)
        self._column.addWidget(self._between)
        self._column.addWidget(self.area)

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
        rows, moods = self._rows.count() > 0, self._with_moods
        low: list[QWidget] = []
        if not self._bare:
            low += [self._between] if rows and not room["rows"] else []
            low += [self.area] if moods and not room["moods"] else []
        shown = {self._between: rows and room["rows"], self.area: moods and room["moods"]}
        self._take_back([part for part in shown if part not in low])
        for part, is_shown in shown.items():
            if part not in low:
                part.setVisible(is_shown)
        self.bar.fit(width, low)
        self.bar.setVisible(room["bar"])
        self.beside.fit(width)
        if self.area in low:
            self._fit_moods(WIDE_PX, LOWEST_MOODS_PX)
        else:
            self._fit_moods(width, round(MOODS_SHARE * height))

    def _take_back(self, parts: Sequence[QWidget]) -> None:
        """Put parts below the picture, if the bar's menu has had one of them."""
        if all(self._column.indexOf(part) >= 0 for part in parts):
            return
        before = self.view
        for place, part in enumerate(parts, 2):
            part.setMinimumWidth(0)
            part.setMaximumWidth(UNLIMITED_PX)
            self._column.insertWidget(place, part)
            before = tab_after(before, part)

    def _fit_moods(self, width: int, most_px: int) -> None:
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
