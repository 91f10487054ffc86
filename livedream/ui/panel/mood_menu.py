"""What can be done with a mood besides showing it: load it to a deck, rename it, delete it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import QObject, QPoint, Qt, pyqtSignal
from PyQt6.QtWidgets import QMenu

from livedream.errors import LivedreamError
from livedream.runtime.decks import ENDS, Side
from livedream.runtime.desk import Desk
from livedream.runtime.preset_edits import delete_preset, rename_preset
from livedream.ui.panel.deck_row import NameField
from livedream.ui.panel.mood_grid import MoodGrid

Deed = str
"""One of "menu", "load A", "load B", "rename" and "delete"."""


class MoodMenu(QObject):
    """Does what is asked for at a tile of a grid; said: what became of it."""

    said = pyqtSignal(str)

    def __init__(self, grid: MoodGrid, desk: Desk) -> None:
        super().__init__(grid)
        self._grid, self._desk = grid, desk
        self.name = NameField()
        self.name.setParent(grid)
        self.name.hide()
        self._renamed: int | None = None
        self.menu: QMenu | None = None
        grid.asked.connect(self._do)
        self.name.entered.connect(self._rename)
        self.name.left.connect(self._leave)
        self.name.editingFinished.connect(self._leave)

    def _do(self, place: int, deed: Deed, at: QPoint) -> None:
        if deed == "menu":
            self._open(place, at)
        elif deed == "rename":
            self._begin_rename(place)
        elif deed == "delete":
            self._try(lambda: f"deleted: {delete_preset(self._desk.playlist, place)}; undo brings it back")
        else:
            side: Side = "A" if deed == "load A" else "B"
            self._try(lambda: self._desk.decks.load(side, place))

    def _open(self, place: int, at: QPoint) -> None:
        is_own = self._desk.playlist.presets[place].is_own
        menu = self.menu = QMenu(self._grid)
        rows = [(f"Load to deck {side}", f"load {side}", True) for side in ENDS]
        rows += [("Rename", "rename", is_own), ("Delete", "delete", is_own)]
        keys = {"load A": "Shift+Left", "load B": "Shift+Right", "rename": "F2", "delete": "Del"}
        for words, deed, is_possible in rows:
            action = menu.addAction(f"{words}\t{keys[deed]}")
            assert action is not None, "a menu makes one"
            action.setEnabled(is_possible)
            action.triggered.connect(partial(self._do, place, deed, at))
        menu.aboutToHide.connect(menu.deleteLater)  # what was chosen in it is done before that
        menu.popup(at)

    def _begin_rename(self, place: int) -> None:
        preset, tile = self._desk.playlist.presets[place], self._grid.tiles[place]
        if not preset.is_own:
            self._try(lambda: rename_preset(self._desk.playlist, place, preset.name))
            return
        self._renamed = place
        high = min(tile.height(), 34)
        self.name.setGeometry(tile.x(), tile.y() + tile.height() - high, tile.width(), high)
        self.name.begin(preset.name)
        self.name.show()
        self.name.raise_()
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _rename(self, name: str) -> None:
        place = self._renamed
        if place is not None and self._try(
            lambda: f"renamed: {rename_preset(self._desk.playlist, place, name)}"
        ):
            self._leave()

    def _leave(self) -> None:
        self._renamed = None
        self.name.hide()

    def _try(self, do: Callable[[], str]) -> bool:
        try:
            self.said.emit(do())
        except (LivedreamError, IndexError) as fault:
            self.said.emit(str(fault))
            return False
        return True
