from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from livedream.ui.panel.control_panel import WIDE_PX
from livedream.ui.side_pane import NARROWEST_PX, SidePane


def test_it_takes_less_than_half_of_a_narrow_window_and_as_much_as_the_panel_of_a_wide_one(
    qtbot: QtBot,
) -> None:
    pane = SidePane()
    qtbot.addWidget(pane)
    widths = []
    for wide in (320, 640, 1280, 3840):
        pane.fit(wide)
        widths.append(pane.minimumWidth())
    assert widths == [NARROWEST_PX, 288, WIDE_PX, WIDE_PX]


def test_what_it_holds_is_told_how_wide_to_be(qtbot: QtBot) -> None:
    pane, told = SidePane(), list[int]()
    qtbot.addWidget(pane)
    assert pane.isHidden()
    pane.resized.connect(told.append)
    first, second = QLabel("first"), QLabel("second")
    pane.hold(first)
    pane.resize(200, 100)
    pane.hold(second)
    assert (second.isVisible(), pane.widget()) == (True, second)
    assert told[-1] == 200
