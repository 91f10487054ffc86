import itertools
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtTest import QTest

from livedream.runtime.status import Status


def how(stage: Any) -> list[tuple[bool, bool]]:
    return [(tile.running, tile.armed) for tile in stage.panel.moods.tiles[:3]]


def test_a_click_arms_and_the_status_says_what_runs(stage: Any) -> None:
    stage.panel.show_status(Status(preset="plain"))
    assert how(stage) == [(True, False), (False, False), (False, False)]

    QTest.mouseClick(stage.panel.moods.tiles[1], Qt.MouseButton.LeftButton)
    assert stage.playlist.name == "deep"
    assert stage.said == ["preset: deep"]
    assert how(stage) == [(True, False), (False, True), (False, False)]

    stage.panel.show_status(Status(preset="plain"))
    assert how(stage)[1] == (False, True), "it does not run yet"

    stage.panel.show_status(Status(preset="deep"))
    assert how(stage) == [(False, False), (True, False), (False, False)]


def test_what_another_hand_asks_for_is_armed_too(stage: Any) -> None:
    stage.panel.show_status(Status(preset="plain"))
    stage.playlist.step(2)
    stage.panel.show_status(Status(preset="plain"))
    assert how(stage)[2] == (False, True)


def test_clicked_again_what_runs_is_wanted_back(stage: Any) -> None:
    stage.panel.show_status(Status(preset="plain"))
    for place in (1, 0):
        stage.panel.moods.tiles[place].click()
    assert how(stage) == [(True, False), (False, False), (False, False)]


def test_states_are_told_in_words_too(stage: Any) -> None:
    tiles = stage.panel.moods.tiles
    stage.panel.set_preset_states({"plain": "ready", "deep": "building", "light": "waiting"})
    assert [tile.state for tile in tiles[:4]] == ["ready", "building", "waiting", None]
    assert tiles[1].accessibleName() == "2 deep, its engine is being built"


def test_arrow_keys_walk_and_enter_shows(stage: Any) -> None:
    tiles = stage.panel.moods.tiles
    tiles[0].setFocus()
    QTest.keyClick(tiles[0], Qt.Key.Key_Right)
    assert tiles[1].hasFocus()
    QTest.keyClick(tiles[1], Qt.Key.Key_Return)
    assert stage.playlist.name == "deep"
    QTest.keyClick(tiles[1], Qt.Key.Key_Left)
    QTest.keyClick(tiles[0], Qt.Key.Key_Up)
    assert tiles[0].hasFocus(), "there is nothing above"
    QTest.keyClick(tiles[0], Qt.Key.Key_Down)
    QTest.keyClick(stage.panel.focusWidget(), Qt.Key.Key_Space)
    assert stage.playlist.name in {"light", "mood 4"}


@pytest.mark.parametrize(("width", "columns"), [(320, 2), (700, 3)])
def test_columns_go_by_the_width(stage: Any, width: int, columns: int) -> None:
    stage.panel.resize(width, 700)
    tiles = stage.panel.moods.tiles
    stage.until(lambda: len({tile.x() for tile in tiles}) == columns)
    assert max(tile.geometry().right() for tile in tiles) < stage.panel.moods.width()
    rows = sorted({tile.y() for tile in tiles})
    assert all(low - high > tiles[0].height() for high, low in itertools.pairwise(rows))


def test_a_picture_is_seen_in_its_tile(stage: Any) -> None:
    picture = QImage(1280, 720, QImage.Format.Format_RGB32)
    picture.fill(QColor("#20c040"))
    stage.panel.set_thumbnail("deep", picture)
    tile = stage.panel.moods.tiles[1]
    stage.until(lambda: tile.grab().toImage().pixelColor(tile.width() // 2, 12) == QColor("#20c040"))


def test_tiles_look_different_in_each_state(stage: Any) -> None:
    tile = stage.panel.moods.tiles[3]
    pictures = [tile.grab().toImage()]
    tile.show_as(running=False, armed=True)
    pictures.append(tile.grab().toImage())
    tile.show_as(running=True, armed=False)
    pictures.append(tile.grab().toImage())
    for state in ("ready", "building", "waiting"):
        tile.set_state(state)
        pictures.append(tile.grab().toImage())
    tile.setFocus()
    for armed in (True, False):
        tile.show_as(running=False, armed=armed)
        pictures.append(tile.grab().toImage())
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[:place])
