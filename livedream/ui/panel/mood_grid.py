"""The grid of all moods of a show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QImage, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from livedream.errors import LivedreamError
from livedream.runtime.playlist import Playlist
from livedream.ui.panel.mood_tile import LARGE_PX, NAME_PX, TIGHT_PX, MoodTile, State
from livedream.ui.panel.panel_style import GAP

TALLEST_PX = 110


class MoodGrid(QWidget):
    """Shows which mood runs and which is asked for; a click asks for one. said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, playlist: Playlist) -> None:
        super().__init__()
        self._playlist = playlist
        self._running = ""
        self._columns = 2
        self._pictures = False
        self.tiles = [self._tile(place) for place in range(len(playlist.presets))]
        self._widest = {
            type_px: max(tile.needed_px(type_px) for tile in self.tiles) for type_px in (TIGHT_PX, LARGE_PX)
        }
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_running("")

    def show_running(self, name: str) -> None:
        """Show what runs; "": nothing yet. What the playlist shows and does not run yet is armed."""
        self._running, asked = name, self._playlist.name
        for tile in self.tiles:
            tile.show_as(running=tile.name == name, armed=tile.name == asked != name)
        if not any(tile.hasFocus() for tile in self.tiles):
            self._stop_at(next((tile for tile in self.tiles if tile.name == asked), self.tiles[0]))

    def summary(self) -> str:
        """Return in words what runs, and what comes."""
        asked = self._playlist.name
        return ", then ".join(filter(None, (self._running, asked if asked != self._running else "")))

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
        """Put the tiles into rows, in three columns where the longest name has room for it."""
        box = self.contentsRect()
        self._columns = 3 if 3 * self._widest[TIGHT_PX] + 2 * GAP <= box.width() else 2
        wide = (box.width() - (self._columns - 1) * GAP) / self._columns
        high = min(TALLEST_PX, max(NAME_PX, round(wide * 9 / 16))) if self._pictures else NAME_PX
        type_px = LARGE_PX if self._widest[LARGE_PX] <= wide else TIGHT_PX
        for place, tile in enumerate(self.tiles):
            tile.type_px = type_px
            row, column = divmod(place, self._columns)
            left, right = (round(column * (wide + GAP) + extra) for extra in (0, wide))
            tile.setGeometry(box.left() + left, box.top() + row * (high + GAP), right - left, high)
        rows = -(-len(self.tiles) // self._columns)
        self.setFixedHeight(self.height() - box.height() + rows * (high + GAP) - GAP)

    def _tile(self, place: int) -> MoodTile:
        preset = self._playlist.presets[place]
        tile = MoodTile(place + 1, preset.name, preset.description)
        tile.setParent(self)
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
            wanted = Qt.FocusPolicy.TabFocus if tile is stop else Qt.FocusPolicy.NoFocus
            if tile.focusPolicy() != wanted:
                tile.setFocusPolicy(wanted)
