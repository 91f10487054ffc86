import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from livedream.ui.more_menu import WIDE_PX, MoreMenu


@pytest.fixture
def anchor(qtbot: QtBot) -> QWidget:
    anchor = QWidget()
    qtbot.addWidget(anchor)
    return anchor


def test_parts_stand_two_beside_each_other_and_rows_below_them(qtbot: QtBot, anchor: QWidget) -> None:
    menu, parts, row = MoreMenu(anchor), [QPushButton(name) for name in "abc"], QPushButton("row")
    menu.hold(parts, [row])
    menu.open_under(anchor)
    qtbot.waitUntil(row.isVisible)
    places = [part.geometry() for part in parts]
    assert places[0].y() == places[1].y() < places[2].y() < row.y()
    assert row.width() == WIDE_PX
    menu.hold([], [row])
    assert menu.layout().count() == 1  # type: ignore[union-attr]


def test_it_is_on_the_display_and_closes_with_escape(qtbot: QtBot, anchor: QWidget) -> None:
    room = anchor.screen().availableGeometry()  # type: ignore[union-attr]
    menu = MoreMenu(anchor)
    menu.hold([QPushButton("a")], [QPushButton("row")])
    for corner in (room.topLeft(), room.bottomRight()):
        anchor.move(corner)
        anchor.show()
        menu.open_under(anchor)
        assert room.contains(menu.geometry())
        qtbot.keyClick(menu, Qt.Key.Key_Escape)
        assert not menu.isVisible()
