import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from livedream.runtime.status import Status
from livedream.ui.panel.panel_style import type_of
from livedream.ui.top_bar import SourceButton, TopBar, source_lines

STATUS = Status(source="HD Pro Webcam C920", source_wh=(1280, 720), source_fps=29.97)
WHOLE, RATE, NAME = (
    "HD Pro Webcam C920 · 1280\N{MULTIPLICATION SIGN}720 · 30.0 fps",
    "HD Pro Webcam C920 · 30.0 fps",
    "HD Pro Webcam C920",
)


def test_the_source_is_told_in_three_lengths() -> None:
    assert source_lines(STATUS) == (WHOLE, RATE, NAME)
    assert source_lines(Status(opening="front door")) == ("opening front door ...",)
    assert set(source_lines(Status())) == {"no source yet"}


@pytest.mark.usefixtures("qapp")
def test_the_longest_line_that_fits_is_shown() -> None:
    button = SourceButton()
    button.set_lines(source_lines(STATUS))
    metrics = QFontMetricsF(type_of())
    for line in (WHOLE, RATE, NAME):
        width = metrics.horizontalAdvance(line)
        assert button.line_within(width) == line
        assert button.line_within(width - 1) != line
    assert button.line_within(metrics.horizontalAdvance(NAME) - 20).startswith("HD Pro")
    assert button.text_shown() == WHOLE


def shown_in(bar: TopBar) -> list[str]:
    return [switch.text() for switch in bar.switches.values() if switch.parentWidget() is bar]


def in_menu(bar: TopBar) -> list[str]:
    return [switch.text() for switch in bar.switches.values() if switch.parentWidget() is bar.menu]


def test_labels_are_shortened_before_a_switch_goes(qtbot: QtBot) -> None:
    bar = TopBar(lambda _: None)
    qtbot.addWidget(bar)
    bar.show_status(STATUS)
    bar.fit(900)
    assert shown_in(bar) == ["Mirror view", "Mirror out", "Moods", "Panel"]
    bar.fit(440)
    assert shown_in(bar) == ["Mirror", "Out", "Moods", "Panel"]
    assert bar.more.isHidden()
    bar.fit(320)
    assert shown_in(bar) == ["Moods", "Panel"]
    assert in_menu(bar) == ["Mirror view", "Mirror out"]
    assert not bar.more.isHidden()
    bar.fit(900)
    assert in_menu(bar) == []


def test_the_menu_opens_with_the_keyboard_and_closes_with_escape(qtbot: QtBot) -> None:
    asked: list[str] = []
    bar = TopBar(asked.append)
    qtbot.addWidget(bar)
    bar.resize(320, 42)
    bar.fit(320)
    bar.show()
    bar.more.setFocus()
    qtbot.keyClick(bar.more, Qt.Key.Key_Return)
    assert bar.switches["mirror output"].isVisible()
    qtbot.keyClick(bar.menu, Qt.Key.Key_Escape)
    assert not bar.menu.isVisible()
    bar.more.click()
    bar.switches["mirror output"].click()
    assert asked == ["mirror output"]
    assert not bar.menu.isVisible()


def test_for_a_long_name_labels_give_way(qtbot: QtBot) -> None:
    bar = TopBar(lambda _: None)
    qtbot.addWidget(bar)
    bar.show_status(Status(source="c"))
    wide = next(wide for wide in range(300, 900) if not bar.fit(wide) and len(shown_in(bar)[0]) > 6)
    bar.show_status(Status(source="Logitech BRIO Ultra HD"))
    assert shown_in(bar)[0] == "Mirror", "at the same width"
    bar.fit(wide + bar.source.name_px())
    assert shown_in(bar)[0] == "Mirror view"


def test_a_source_s_name_is_one_line_in_any_script_and_its_rate_stays_behind_it(qtbot: QtBot) -> None:
    assert source_lines(Status(source="a\nb <i>"))[-1] == "a b <i>"
    (_, rate, name) = source_lines(Status(source="\u0643\u0627\u0645", source_fps=30.0))
    assert rate == f"{name} \N{MIDDLE DOT} 30.0 fps"
    assert (name[0], name[-1]) == ("\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")
    button = SourceButton()
    qtbot.addWidget(button)
    button.set_lines(source_lines(Status(source="<i>.mp4")))
    assert "&lt;i&gt;.mp4" in button.toolTip()
