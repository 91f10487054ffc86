"""The grid of all moods of a show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from livedream.errors import LivedreamError
from livedream.runtime.playlist import Playlist
from livedream.ui.panel.mood_tile import NAME_PX, MoodTile, State
from livedream.ui.panel.panel_style import GAP

THREE_COLUMNS_PX = 360
TALLEST_PX = 110


class MoodGrid(QWidget):
    """Shows which mood runs and which is asked for; a click asks for one. said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, playlist: Playlist) -> None:
        super().__init__()
        self._playlist = playlist
        self._running = ""
        self._columns = 0
        self._pictures = False
        self.tiles = [self._tile(place) for place in range(len(playlist.presets))]
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._arrange(2)
        self.show_running("")

    def show_running(self, name: str) -> None:
        """Show what runs; "": nothing yet. What the playlist shows and does not run yet is armed."""
        self._running, asked = name, self._playlist.name
        for tile in self.tiles:
            tile.show_as(running=tile.name == name, armed=tile.name == asked != name)
        if not any(tile.hasFocus() for tile in self.tiles):
            self._stop_at(next((tile for tile in self.tiles if tile.name == asked), self.tiles[0]))

    def set_states(self, states: Mapping[str, State]) -> None:
        """Show which moods are ready, by name; those that are not named have no dot."""
        for tile in self.tiles:
            tile.set_state(states.get(tile.name))

    def set_thumbnail(self, name: str, picture: QImage) -> None:
        """Show a picture of a mood."""
        for tile in self.tiles:
            if tile.name == name:
                tile.set_picture(picture)
        self._pictures = True
        self._fit()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:  # noqa: ARG002, N802
        """Use as many columns as there is room for."""
        self._fit()

    def _fit(self) -> None:
        margins = self.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        self._arrange(3 if room >= THREE_COLUMNS_PX else 2)
        wide = (room - (self._columns - 1) * GAP) // self._columns
        high = min(TALLEST_PX, max(NAME_PX, wide * 9 // 16)) if self._pictures else NAME_PX
        for tile in self.tiles:
            tile.setFixedHeight(high)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self.tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _tile(self, place: int) -> MoodTile:
        preset = self._playlist.presets[place]
        tile = MoodTile(place + 1, preset.name, preset.description)
        tile.clicked.connect(partial(self._show, place))
        tile.stepped.connect(partial(self._step, place))
        return tile

    def _show(self, place: int) -> None:
        try:
            name = self._playlist.show(place)
        except (LivedreamError, IndexError) as fault:
            self.said.emit(str(fault))
            return
        self.said.emit(f"preset: {name}")
        self.show_running(self._running)
        self._stop_at(self.tiles[place])

    def _step(self, place: int, across: int, down: int) -> None:
        to = place + across + down * self._columns
        if 0 <= to < len(self.tiles):
            self._stop_at(self.tiles[to])
            self.tiles[to].setFocus(Qt.FocusReason.TabFocusReason)

    def _stop_at(self, stop: MoodTile) -> None:
        """Let the tab key stop at one tile only; the arrow keys go on from there."""
        for tile in self.tiles:
            wanted = Qt.FocusPolicy.StrongFocus if tile is stop else Qt.FocusPolicy.ClickFocus
            if tile.focusPolicy() != wanted:
                tile.setFocusPolicy(wanted)
