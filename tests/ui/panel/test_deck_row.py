from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from livedream.own_presets import OwnPresets
from livedream.presets import Preset, own
from livedream.runtime.desk import Desk
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings, change
from livedream.ui.panel.deck_row import DeckRow


@pytest.fixture
def desk(tmp_path: Path, make_desk: Callable[[Playlist], Desk]) -> Desk:
    presets = [
        Preset(name, "", change(Settings(), {"look.depth": depth}))
        for name, depth in (("low", 0.2), ("mid", 0.5), ("high", 0.9))
    ]
    return make_desk(Playlist(presets, own=OwnPresets(tmp_path)))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def row(desk: Desk, said: list[str], shown: Callable[[QWidget], QWidget]) -> DeckRow:
    row = DeckRow(desk)
    row.said.connect(said.append)
    row.resize(1000, 40)
    shown(row)
    return row


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_shows_the_decks_whoever_moves_them(row: DeckRow, desk: Desk, qtbot: QtBot) -> None:
    assert (row.decks["A"].text(), row.decks["B"].text()) == ("A  low", "B  mid")
    assert (row.decks["A"].isChecked(), row.decks["B"].isChecked()) == (True, False)
    desk.parameters.turn("fader", 0.5)
    qtbot.waitUntil(lambda: row.fader.value() == 500)
    desk.parameters.turn("fader", 1.0)
    desk.decks.load("A", 2)
    qtbot.waitUntil(lambda: row.decks["A"].text() == "A  high")
    assert (row.decks["A"].isChecked(), row.decks["B"].isChecked()) == (False, True)
    desk.parameters.turn("fade seconds", 4.0)
    qtbot.waitUntil(lambda: row.fade_s.value() == 4.0)


def test_the_fader_is_dragged_from_a_to_b(row: DeckRow, desk: Desk) -> None:
    fader = row.fader
    QTest.mousePress(fader, Qt.MouseButton.LeftButton, pos=fader.rect().center())
    assert desk.decks.state().fader == pytest.approx(0.5, abs=0.02)
    desk.decks.move(0.3)
    row.follow()
    assert fader.value() > 450, "the hand has it"
    QTest.mouseMove(fader, fader.rect().topRight())
    QTest.mouseRelease(fader, Qt.MouseButton.LeftButton)
    assert desk.playlist.name == "mid"


def test_the_fader_is_moved_by_keys(row: DeckRow, desk: Desk) -> None:
    row.fader.setFocus()
    QTest.keyClick(row.fader, Qt.Key.Key_Right)
    assert desk.decks.state().fader == pytest.approx(0.02)
    QTest.keyClick(row.fader, Qt.Key.Key_PageUp)
    assert desk.decks.state().fader == pytest.approx(0.12)
    QTest.keyClick(row.fader, Qt.Key.Key_End)
    assert desk.playlist.name == "mid"


def test_a_click_on_a_deck_cuts_to_it(row: DeckRow, desk: Desk) -> None:
    click(row.decks["B"])
    assert desk.playlist.name == "mid"
    row.follow()
    assert row.decks["B"].isChecked()


def test_go_surprise_and_undo_do_what_they_say(row: DeckRow, desk: Desk, said: list[str]) -> None:
    assert not row.undo.isEnabled()
    click(row.go)
    assert desk.decks.state().going
    click(row.surprise)
    row.follow()
    before = desk.playlist.name
    click(row.undo)
    assert desk.playlist.name == "low" != before
    assert [words.partition(" ")[0] for words in said] == ["to", "surprise:", "undone:"]


def test_the_seconds_are_typed(row: DeckRow, desk: Desk) -> None:
    row.fade_s.setFocus()
    row.fade_s.selectAll()
    QTest.keyClicks(row.fade_s, "2.5")
    QTest.keyClick(row.fade_s, Qt.Key.Key_Return)
    assert desk.decks.fade_s == 2.5


def test_what_stands_is_saved_under_a_name(row: DeckRow, desk: Desk, said: list[str]) -> None:
    click(row.save)
    assert row.name.isVisible()
    assert row.name.text() == row.name.selectedText() == "low 2"
    QTest.keyClicks(row.name, "mid")
    QTest.keyClick(row.name, Qt.Key.Key_Return)
    assert said == ["there is a preset 'mid' already; choose another name"]
    assert row.name.isVisible(), "to be mended"
    QTest.keyClicks(row.name, " one")
    QTest.keyClick(row.name, Qt.Key.Key_Return)
    assert (said[-1], own(desk.playlist.own.folder)) == ("saved: mid one", ("mid one",))
    assert not row.name.isVisible()
    assert row.save.isVisible()


def test_escape_saves_nothing(row: DeckRow, desk: Desk) -> None:
    click(row.save)
    QTest.keyClick(row.name, Qt.Key.Key_Escape)
    assert not row.name.isVisible()
    assert own(desk.playlist.own.folder) == ()


def test_it_fits_into_320_pixels_in_two_lines(row: DeckRow, qtbot: QtBot) -> None:
    wide = row.minimumSizeHint().height()
    row.resize(320, 80)
    assert row.minimumSizeHint().width() <= 320
    assert row.minimumSizeHint().height() > wide
    parts = (*row.decks.values(), row.fader, row.go, row.fade_s, row.surprise, row.undo, row.save)
    qtbot.waitUntil(lambda: all(part.geometry().right() < 320 for part in parts))


def test_beside_an_open_panel_the_names_of_the_presets_are_whole(
    tmp_path: Path, make_desk: Callable[[Playlist], Desk], shown: Callable[[QWidget], QWidget]
) -> None:
    presets = [Preset(name, "", Settings()) for name in ("menagerie", "patchwork")]
    row = DeckRow(make_desk(Playlist(presets, own=OwnPresets(tmp_path))))
    row.resize(890, 40)
    shown(row)
    assert [deck.text() for deck in row.decks.values()] == ["A  menagerie", "B  patchwork"]


def test_signs_in_a_preset_s_name_are_shown_as_they_are(
    tmp_path: Path, make_desk: Callable[[Playlist], Desk], shown: Callable[[QWidget], QWidget]
) -> None:
    presets = [Preset(name, "", Settings()) for name in ("R&B", "a<b>c")]
    row = DeckRow(make_desk(Playlist(presets, own=OwnPresets(tmp_path))))
    row.resize(890, 40)
    shown(row)
    assert row.decks["A"].text() == "A  R&&B", "which is shown as one"
    assert "a&lt;b&gt;c" in row.decks["B"].toolTip()
