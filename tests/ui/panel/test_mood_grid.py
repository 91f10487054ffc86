import itertools

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from livedream.engines.progress import Progress
from livedream.runtime.playlist import Playlist
from livedream.ui.panel.mood_grid import MoodGrid


@pytest.fixture
def moods(qtbot: QtBot, playlist: Playlist) -> MoodGrid:
    grid = MoodGrid(playlist)
    qtbot.addWidget(grid)
    grid.arrange(360, 400)
    with qtbot.waitExposed(grid):
        grid.show()
    grid.activateWindow()
    return grid


@pytest.fixture
def said(moods: MoodGrid) -> list[str]:
    heard: list[str] = []
    moods.said.connect(heard.append)
    return heard


def how(moods: MoodGrid) -> list[tuple[bool, bool]]:
    return [(tile.running, tile.armed) for tile in moods.tiles[:3]]


def test_a_click_arms_and_the_status_says_what_runs(
    moods: MoodGrid, playlist: Playlist, said: list[str]
) -> None:
    moods.show_running("plain")
    assert how(moods) == [(True, False), (False, False), (False, False)]

    QTest.mouseClick(moods.tiles[1], Qt.MouseButton.LeftButton)
    assert playlist.name == "deep"
    assert said == ["preset: deep"]
    assert how(moods) == [(True, False), (False, True), (False, False)]

    moods.show_running("plain")
    assert how(moods)[1] == (False, True), "it does not run yet"

    moods.show_running("deep")
    assert how(moods) == [(False, False), (True, False), (False, False)]


def test_what_another_hand_asks_for_is_armed_too(moods: MoodGrid, playlist: Playlist) -> None:
    moods.show_running("plain")
    playlist.step(2)
    moods.show_running("plain")
    assert how(moods)[2] == (False, True)


def test_clicked_again_what_runs_is_wanted_back(moods: MoodGrid) -> None:
    moods.show_running("plain")
    for place in (1, 0):
        moods.tiles[place].click()
    assert how(moods) == [(True, False), (False, False), (False, False)]


def test_states_are_told_in_words_too(moods: MoodGrid) -> None:
    tiles = moods.tiles
    moods.set_states({"plain": "ready", "deep": "building", "light": "waiting"})
    assert [tile.state for tile in tiles[:4]] == ["ready", "building", "waiting", None]
    assert tiles[1].accessibleName() == "2 deep, its engine is being built"


def test_arrow_keys_walk_and_enter_shows(moods: MoodGrid, playlist: Playlist) -> None:
    tiles = moods.tiles
    tiles[0].setFocus()
    QTest.keyClick(tiles[0], Qt.Key.Key_Right)
    assert tiles[1].hasFocus()
    QTest.keyClick(tiles[1], Qt.Key.Key_Return)
    assert playlist.name == "deep"
    QTest.keyClick(tiles[1], Qt.Key.Key_Left)
    QTest.keyClick(tiles[0], Qt.Key.Key_Up)
    assert tiles[0].hasFocus(), "there is nothing above"
    QTest.keyClick(tiles[0], Qt.Key.Key_Down)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert playlist.name in {"light", "mood 4", "mood 5"}


@pytest.mark.parametrize(
    ("width", "most", "rows"), [(900, 160, 1), (400, 160, 2), (200, 400, 4), (2000, 200, 1), (3400, 520, 1)]
)
def test_tiles_lie_in_as_few_rows_as_are_high_enough(
    moods: MoodGrid, width: int, most: int, rows: int
) -> None:
    height = moods.arrange(width, most)
    tops = sorted({tile.y() for tile in moods.tiles})
    assert len(tops) == rows
    assert max(tile.geometry().right() for tile in moods.tiles) < moods.width() == width
    assert max(tile.geometry().bottom() for tile in moods.tiles) < moods.height() == height
    assert all(low - high > moods.tiles[0].height() for high, low in itertools.pairwise(tops))
    assert all(tile.width() >= tile.needed_px(tile.type_px) for tile in moods.tiles)


def test_in_a_strip_too_small_for_them_tiles_stay_legible(moods: MoodGrid) -> None:
    assert moods.arrange(200, 80) > 80
    assert all(tile.height() >= 50 for tile in moods.tiles)


def test_a_picture_is_seen_in_its_tile(moods: MoodGrid, qtbot: QtBot) -> None:
    picture = QImage(1280, 720, QImage.Format.Format_RGB32)
    picture.fill(QColor("#20c040"))
    moods.set_thumbnail("deep", picture)
    tile = moods.tiles[1]
    qtbot.waitUntil(lambda: tile.grab().toImage().pixelColor(tile.width() // 2, 12) == QColor("#20c040"))


def test_tiles_look_different_in_each_state(moods: MoodGrid) -> None:
    tile = moods.tiles[3]
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


def test_an_armed_mood_shows_how_far_its_engine_is(moods: MoodGrid) -> None:
    moods.tiles[1].click()
    moods.set_states({"deep": "building"})
    moods.show_running("plain")
    before = moods.tiles[1].grab().toImage()
    moods.show_running("plain", Progress(6.0, 10.0))
    assert moods.tiles[1].accessibleName() == "2 deep, asked for, 6 of ~10 s, its engine is being built"
    begun = moods.tiles[1].grab().toImage()
    moods.show_running("plain", Progress(9.0, 10.0))
    further = moods.tiles[1].grab().toImage()
    assert before != begun != further
    moods.show_running("deep", Progress(9.0, 10.0))
    assert moods.tiles[1].accessibleName() == "2 deep, runs, its engine is being built"
