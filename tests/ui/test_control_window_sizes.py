"""What the performer's window shows where there is little room, and where there is much."""

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from livedream.ui.control_window import ControlWindow
from tests.ui.conftest import place_of

Key = Qt.Key


@pytest.mark.parametrize(
    "size", [(320, 240), (480, 360), (700, 480), (1280, 720), (1920, 1080), (3840, 2160)]
)
def test_nothing_lies_on_the_picture_at_any_size(
    qtbot: QtBot, window: ControlWindow, size: tuple[int, int]
) -> None:
    window.stage.add_row(QLabel("a row of somebody else"))
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    QApplication.processEvents()
    picture = place_of(window, window.view)
    parts = [part for part in (window.bar, window.stage.area, window.dock) if part.isVisible()]
    assert not any(picture.intersects(place_of(window, part)) for part in parts)
    assert window.rect().contains(picture)
    assert picture.width() >= 320
    assert picture.height() >= 0.55 * size[1]
    assert window.dock.isVisible() is (size[0] >= 700)
    assert window.bar.isVisible()
    assert window.stage.area.isVisible() is (size[1] >= 480)


@pytest.mark.parametrize("size", [(320, 240), (480, 330), (640, 360), (1280, 720)])
def test_every_control_of_the_bars_is_reached_at_any_size(
    qtbot: QtBot, qtlog: Any, window: ControlWindow, size: tuple[int, int]
) -> None:
    row, bar = QLabel("a row of somebody else"), window.bar
    window.stage.add_row(row)
    for wide in (size, (1280, 720), size):
        window.resize(*wide)
        qtbot.waitUntil(lambda wide=wide: (window.width(), window.height()) == wide)
        QApplication.processEvents()
    assert bar.more.isVisible() is (size != (1280, 720))
    if bar.more.isVisible():
        qtbot.mouseClick(bar.more, Qt.MouseButton.LeftButton)
    for part in (bar.source, *bar.switches.values(), row, window.moods.tiles[1]):
        assert part.isVisible()
        assert part.width() >= min(part.sizeHint().width(), 40)
    qtbot.mouseClick(bar.switches["mirror"], Qt.MouseButton.LeftButton)
    assert not window.view.picture.preview.mirror
    assert not bar.menu.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: place_of(window, row).bottom() < place_of(window, window.stage.area).top())
    assert place_of(window, row).width() > 800
    assert not [record.message for record in qtlog.records if "TabOrder" in record.message]


def test_a_panel_without_room_says_so(qtbot: QtBot, window: ControlWindow) -> None:
    qtbot.keyClick(window.view, Key.Key_C)
    window.resize(400, 300)
    qtbot.keyClick(window.view, Key.Key_C)
    assert "make it 68" in window.view.overlays.look(window.view._clock.now_s(), dreaming=True).hint.text
    assert not window.dock.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(window.dock.isVisible)
