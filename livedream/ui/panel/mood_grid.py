"""The grid of all moods of a show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

from livedream.engines.progress import Progress
from livedream.errors import LivedreamError
from livedream.runtime.playlist import Playlist
from livedream.ui.panel.mood_tile import LARGE_PX, LOW_PX, TIGHT_PX, MoodTile, State
from livedream.ui.panel.panel_style import GAP

HIGH_PX = 48
"""The tiles lie in as few rows as let each be this high."""

HIGH_SHARE = 0.28
"""Of the room there is, how high a tile is to be where the room is large."""


class MoodGrid(QWidget):
    """Shows which mood runs and which is asked for; a click asks for one. said: what became of it.

    reached: a tile that is to be seen, as it has the focus or is asked for. asked: what else a tile asks for,
    by its place. listed: there are other moods than before, to be arranged.
    """

    said = pyqtSignal(str)
    reached = pyqtSignal(object)
    asked = pyqtSignal(int, str, QPoint)
    listed = pyqtSignal()
    _changed = pyqtSignal()

    def __init__(self, playlist: Playlist) -> None:
        super().__init__()
        self.setObjectName("moods")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._playlist = playlist
        self._running = ""
        self._columns = 1
        self.tiles: list[MoodTile] = []
        self._list()
        self.arrange(640, 200)
        self.show_running("")
        # Whoever changes the list may be another thread: the signal brings it to this one.
        self._changed.connect(self._follow)
        end = playlist.observe(self._changed.emit)
        self.destroyed.connect(end)

    def show_running(self, name: str, progress: Progress | None = None) -> None:
        """Show what runs; "": nothing yet. What the playlist shows and does not run yet is armed.

        progress: how far the engine of the armed one is.
        """
        self._running, asked = name, self._playlist.name
        for tile in self.tiles:
            is_armed = tile.name == asked != name
            tile.show_as(running=tile.name == name, armed=is_armed)
            tile.show_progress(progress if is_armed else None)
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

    def lacks_pictures(self) -> bool:
        """Return whether a mood is still without a picture."""
        return not all(tile.has_picture for tile in self.tiles)

    def set_camera(self, picture: QImage) -> None:
        """Show what the camera sees in the moods that are still without a picture."""
        for tile in self.tiles:
            tile.set_camera(picture)

    def arrange(self, width_px: int, most_px: int) -> int:
        """Put the tiles into rows of a width; return how high they are, at most `most_px` if possible."""
        rows, high = self._rows(width_px, most_px)
        self._columns = -(-len(self.tiles) // rows)
        wide = _wide(width_px, self._columns)
        type_px = LARGE_PX if self._widest[LARGE_PX] <= wide else TIGHT_PX
        for place, tile in enumerate(self.tiles):
            tile.type_px = type_px
            row, column = divmod(place, self._columns)
            left, right = (round(column * (wide + GAP) + extra) for extra in (0, wide))
            tile.setGeometry(left, row * (high + GAP), right - left, high)
        height = rows * (high + GAP) - GAP
        self.setFixedSize(width_px, height)
        return height

    def _follow(self) -> None:
        """Show the moods that there are now, if they are others."""
        if [preset.name for preset in self._playlist.presets] != [tile.name for tile in self.tiles]:
            self._list()
            self.show_running(self._running)
            self.listed.emit()

    def _list(self) -> None:
        before = {tile.name: tile for tile in self.tiles}
        focused = next((place for place, tile in enumerate(self.tiles) if tile.hasFocus()), None)
        self.tiles = [self._tile(place) for place in range(len(self._playlist.presets))]
        for tile in self.tiles:
            tile.take_over(before.get(tile.name))
            tile.show()
        for tile in before.values():
            tile.hide()
            tile.deleteLater()
        self._widest = {
            type_px: max(tile.needed_px(type_px) for tile in self.tiles) for type_px in (TIGHT_PX, LARGE_PX)
        }
        if focused is not None:
            self.tiles[min(focused, len(self.tiles) - 1)].setFocus()

    def _rows(self, width_px: int, most_px: int) -> tuple[int, int]:
        """Return in how many rows the tiles lie, and how high each is: the fewest that are high enough."""
        count, possible = len(self.tiles), []
        for rows in range(1, count + 1):
            wide = _wide(width_px, -(-count // rows))
            if wide >= self._widest[TIGHT_PX]:
                possible.append((rows, min(round(wide * 9 / 16), (most_px + GAP) // rows - GAP)))
        enough_px = max(HIGH_PX, round(HIGH_SHARE * most_px))
        high_ones = [one for one in possible if one[1] >= enough_px]
        rows, high = high_ones[0] if high_ones else max(possible, key=lambda one: one[1], default=(count, 0))
        return rows, max(LOW_PX, high)

    def _tile(self, place: int) -> MoodTile:
        preset = self._playlist.presets[place]
        tile = MoodTile(place + 1, preset.name, preset.description)
        tile.setParent(self)
        tile.clicked.connect(partial(self._show, place))
        tile.stepped.connect(partial(self._step, place))
        tile.asked.connect(partial(self.asked.emit, place))
        return tile

    def _show(self, place: int) -> None:
        try:
            name = self._playlist.show(place)
        except (LivedreamError, IndexError) as fault:
            self.said.emit(str(fault))
            return
        self.said.emit(f"preset: {name}{self._playlist.on_beat.when if self._playlist.asked else ''}")
        self.show_running(self._running)
        self._stop_at(self.tiles[place])

    def _step(self, place: int, across: int, down: int) -> None:
        to = place + across + down * self._columns
        if 0 <= to < len(self.tiles):
            self._stop_at(self.tiles[to])
            self.tiles[to].setFocus(Qt.FocusReason.TabFocusReason)
            self.reached.emit(self.tiles[to])

    def _stop_at(self, stop: MoodTile) -> None:
        """Let the tab key stop at one tile only; the arrow keys go on from there."""
        for tile in self.tiles:
            wanted = Qt.FocusPolicy.TabFocus if tile is stop else Qt.FocusPolicy.NoFocus
            if tile.focusPolicy() != wanted:
                tile.setFocusPolicy(wanted)


def _wide(width_px: int, columns: int) -> float:
    return (width_px - (columns - 1) * GAP) / columns
