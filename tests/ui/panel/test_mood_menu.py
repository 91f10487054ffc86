from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QContextMenuEvent, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from livedream.own_presets import OwnPresets
from livedream.presets import Preset, own
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.runtime.preset_edits import save_preset
from livedream.settings import Settings, change
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.panel.mood_menu import MoodMenu


@dataclass
class Moods:
    """A grid of three moods, the last of one's own, with its menu."""

    desk: Desk
    grid: MoodGrid
    menu: MoodMenu
    said: list[str] = field(default_factory=list)

    def key(self, place: int, key: Qt.Key, shift: bool = False) -> None:
        tile = self.grid.tiles[place]
        tile.setFocus()
        QTest.keyClick(
            tile, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        )

    @property
    def names(self) -> list[str]:
        return [tile.name for tile in self.grid.tiles]


@pytest.fixture
def moods(
    tmp_path: Path, make_desk: Callable[[Playlist], Desk], shown: Callable[[QWidget], QWidget]
) -> Moods:
    presets = [
        Preset(name, "", change(Settings(), {"look.depth": d})) for name, d in (("low", 0.2), ("mid", 0.5))
    ]
    playlist = Playlist(presets, own=OwnPresets(tmp_path))
    save_preset(playlist, "mine")
    playlist.show(0)
    desk = make_desk(playlist)
    grid = MoodGrid(playlist)
    found = Moods(desk, grid, MoodMenu(grid, desk))
    found.menu.said.connect(found.said.append)
    shown(grid)
    return found


def test_what_is_saved_has_a_tile_and_what_was_known_of_the_others_stays(moods: Moods, qtbot: QtBot) -> None:
    moods.grid.set_states({"low": "ready"})
    moods.grid.set_thumbnail("low", QImage(64, 36, QImage.Format.Format_RGB32))
    with qtbot.waitSignal(moods.grid.listed):
        save_preset(moods.desk.playlist, "ours")
    assert moods.names == ["low", "mid", "mine", "ours"]
    assert moods.grid.tiles[0].state == "ready"
    moods.grid.show_running("ours")
    assert moods.grid.tiles[3].running


def test_a_list_that_another_thread_has_changed_is_shown(moods: Moods, qtbot: QtBot) -> None:
    worker = threading.Thread(target=lambda: save_preset(moods.desk.playlist, "ours"))
    with qtbot.waitSignal(moods.grid.listed):
        worker.start()
    worker.join()
    assert moods.names[-1] == "ours"


def test_a_preset_is_loaded_to_a_deck_by_key(moods: Moods) -> None:
    moods.key(1, Qt.Key.Key_Right, shift=True)
    assert moods.desk.decks.state().b == "mid"
    assert moods.desk.playlist.name == "low"
    moods.key(2, Qt.Key.Key_Left, shift=True)
    assert moods.desk.decks.state().a == moods.desk.playlist.name == "mine"
    assert moods.said == ["B: mid", "A: mine"]


def test_one_of_ones_own_is_renamed_in_its_tile(moods: Moods) -> None:
    moods.key(2, Qt.Key.Key_F2)
    name = moods.menu.name
    assert name.isVisible()
    assert moods.grid.tiles[2].geometry().contains(name.geometry().center())
    QTest.keyClicks(name, "low")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert moods.said == ["there is a preset 'low' already; choose another name"]
    assert name.isVisible()
    QTest.keyClicks(name, "er")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert not name.isVisible()
    assert moods.names == ["low", "mid", "lower"]
    assert own(moods.desk.playlist.own.folder) == ("lower",)


def test_escape_renames_nothing(moods: Moods) -> None:
    moods.key(2, Qt.Key.Key_F2)
    QTest.keyClick(moods.menu.name, Qt.Key.Key_Escape)
    assert not moods.menu.name.isVisible()
    assert moods.names[2] == "mine"


def test_what_comes_with_livedream_is_neither_renamed_nor_deleted(moods: Moods) -> None:
    moods.key(0, Qt.Key.Key_F2)
    moods.key(0, Qt.Key.Key_Delete)
    assert not moods.menu.name.isVisible()
    assert ["comes with livedream" in words for words in moods.said] == [True, True]
    assert moods.names == ["low", "mid", "mine"]


def test_one_of_ones_own_is_deleted_and_undo_brings_it_back(moods: Moods) -> None:
    moods.key(2, Qt.Key.Key_Delete)
    assert moods.names == ["low", "mid"]
    assert moods.said == ["deleted: mine; undo brings it back"]
    moods.desk.commands.do("undo")
    assert moods.names == ["low", "mid", "mine"]


def test_the_menu_says_what_is_possible(moods: Moods) -> None:
    for place, able in ((0, [True, True, False, False]), (2, [True] * 4)):
        tile = moods.grid.tiles[place]
        at = tile.mapToGlobal(QPoint(5, 5))
        QApplication.sendEvent(tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), at))
        assert moods.menu.menu is not None
        assert [action.isEnabled() for action in moods.menu.menu.actions()] == able
        moods.menu.menu.close()
    moods.menu.menu.actions()[1].trigger()
    assert moods.desk.decks.state().b == "mine"


def test_a_menu_that_is_closed_is_gone(moods: Moods, qtbot: QtBot) -> None:
    tile = moods.grid.tiles[0]
    for _ in range(2):
        at = tile.mapToGlobal(QPoint(5, 5))
        QApplication.sendEvent(tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(5, 5), at))
        (menu,) = moods.grid.findChildren(QMenu)
        menu.close()
        qtbot.waitUntil(lambda: not moods.grid.findChildren(QMenu))
