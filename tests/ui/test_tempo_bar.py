"""The tempo in the bar: it asks for commands and shows what is."""

from dataclasses import replace
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from livedream.control.control_plan import ControlStatus
from livedream.ui.panel.entry_line import EntryLine
from livedream.ui.panel.number_box import NumberBox
from livedream.ui.tempo_bar import TempoBar

STATUS = ControlStatus(120.0, 1.5)


@pytest.fixture
def bar(qtbot: QtBot, played: Any) -> TempoBar:
    bar = TempoBar(played.commands, played.playlist.on_beat, played.controls.commands.parameters)
    qtbot.addWidget(bar)
    bar.said.connect(played.said.append)
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


def click(bar: TempoBar, name: str) -> None:
    {"tap": bar.tap, **bar.menu.buttons}[name].click()


def test_taps_and_factors_change_the_tempo(bar: TempoBar, played: Any) -> None:
    for _ in range(4):
        click(bar, "tap")
        played.clock.advance(0.4)
    assert played.controls.status().bpm == pytest.approx(150)
    click(bar, "double tempo")
    assert played.controls.status().bpm == pytest.approx(300)
    click(bar, "halve tempo")
    assert played.controls.status().bpm == pytest.approx(150)
    assert played.said[-1] == "tempo: 150.0 beats a minute"


def test_the_beat_is_nudged_and_begun_anew(bar: TempoBar, played: Any) -> None:
    played.clock.advance(0.3)
    before = played.controls.status().beat
    click(bar, "nudge earlier")
    assert played.controls.status().beat > before
    click(bar, "nudge later")
    assert played.controls.status().beat == pytest.approx(before)
    click(bar, "resync")
    assert played.controls.status().beat == 0


def test_when_presets_change_is_chosen(bar: TempoBar, played: Any) -> None:
    for name in ("bar", "beat", "off"):
        bar.menu.quanta[name].click()
        assert played.controls.status().quantise == name
        bar.menu.follow(played.controls.status())
        assert [one for one, switch in bar.menu.quanta.items() if switch.isChecked()] == [name]


def test_how_long_before_the_beat_is_typed_and_followed(bar: TempoBar, played: Any) -> None:
    bar.menu.lookahead.setValue(120)
    assert played.controls.tempo.lookahead_ms == 120
    assert played.said[-1] == "presets and waves come 120 ms before the beat"
    bar.menu.lookahead.setValue(5000)
    assert (played.controls.tempo.lookahead_ms, bar.menu.lookahead.value()) == (1000, 1000)
    played.controls.commands.parameters.turn("lookahead", 80)
    bar.menu.follow(played.controls.status())
    assert bar.menu.lookahead.value() == 80


def test_the_meter_tells_the_tempo_and_who_leads(bar: TempoBar) -> None:
    bar.follow(replace(STATUS, leader="MIDI clock", quantise="bar"))
    assert bar.meter.accessibleName() == "tempo: 120.0 beats a minute, presets change on the bar"
    assert "set by MIDI clock" in bar.meter.toolTip()


def test_within_a_beat_nothing_is_painted(bar: TempoBar, monkeypatch: pytest.MonkeyPatch) -> None:
    bar.follow(STATUS)
    painted: list[object] = []
    monkeypatch.setattr(bar.meter, "update", lambda: painted.append(0))
    bar.follow(replace(STATUS, beat=1.9))
    assert painted == []
    bar.follow(replace(STATUS, beat=2.0))
    assert painted == [0]


def test_each_beat_of_the_bar_looks_otherwise(bar: TempoBar) -> None:
    def look(beat: float) -> bytes:
        bar.follow(replace(STATUS, beat=beat))
        image = bar.meter.grab().toImage()
        return bytes(image.constBits().asarray(image.sizeInBytes()))  # type: ignore[union-attr]

    looks = [look(beat) for beat in (0, 1, 2, 3, 4)]
    assert len(set(looks)) == 4
    assert looks[0] == looks[4]


def field_of(qtbot: QtBot, bar: TempoBar) -> EntryLine:
    number = bar.meter.number_rect().center().toPoint()
    QTest.mouseDClick(bar.meter, Qt.MouseButton.LeftButton, pos=number)
    assert bar.field.isVisible()
    return bar.field


def test_the_tempo_is_typed_over_the_number(qtbot: QtBot, bar: TempoBar, played: Any) -> None:
    field = field_of(qtbot, bar)
    assert (field.text(), field.selectedText()) == ("120.0", "120.0")
    QTest.keyClicks(field, "133,5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()
    assert played.controls.status().bpm == 133.5
    assert played.said[-1] == "tempo: 133.5 beats a minute"


@pytest.mark.parametrize("text", ["", "fast", "19", "401", "nan", "1e9"])
def test_what_is_no_tempo_is_told_and_stays_to_be_mended(
    qtbot: QtBot, bar: TempoBar, played: Any, text: str
) -> None:
    field = field_of(qtbot, bar)
    field.setText(text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert played.said[-1] == f"{text or 'nothing'} is no tempo: write 20 to 400 beats a minute"
    assert field.isVisible()
    assert played.controls.status().bpm == 120.0
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()


def test_a_digit_begins_to_type(bar: TempoBar, played: Any) -> None:
    QTest.keyClick(bar.meter, Qt.Key.Key_9)
    assert (bar.field.isVisible(), bar.field.text()) == (True, "9")
    QTest.keyClicks(bar.field, "0")
    QTest.keyClick(bar.field, Qt.Key.Key_Return)
    assert played.controls.status().bpm == 90.0


def test_a_click_opens_the_rest_and_two_on_the_number_do_not(qtbot: QtBot, bar: TempoBar) -> None:
    number = bar.meter.number_rect().center().toPoint()
    beside = bar.meter.rect().center()
    QTest.mouseClick(bar.meter, Qt.MouseButton.LeftButton, pos=beside)
    assert bar.menu.isVisible()
    bar.menu.hide()
    with qtbot.waitSignal(bar.meter.opened):
        QTest.mouseClick(bar.meter, Qt.MouseButton.LeftButton, pos=number)
    bar.menu.hide()
    opened: list[object] = []
    bar.meter.opened.connect(lambda: opened.append(0))
    QTest.mouseClick(bar.meter, Qt.MouseButton.LeftButton, pos=number)
    QTest.mouseDClick(bar.meter, Qt.MouseButton.LeftButton, pos=number)
    assert (bar.field.isVisible(), bar.meter._second.isActive(), opened) == (True, False, [])


def test_the_rest_opens_and_can_be_mapped_then(bar: TempoBar) -> None:
    assert set(bar.parts()) == {"tap"}
    bar.meter.opened.emit()
    assert bar.menu.isVisible()
    in_menu = {"halve tempo", "double tempo", "resync", "nudge earlier", "nudge later", "lookahead"}
    assert in_menu < set(bar.parts())
    assert all(isinstance(part, QPushButton | NumberBox) for part in bar.parts().values())
    bar.menu.hide()


def test_a_click_elsewhere_ends_the_typing_and_keeps_the_focus(
    qtbot: QtBot, bar: TempoBar, played: Any
) -> None:
    field = field_of(qtbot, bar)
    qtbot.waitUntil(field.hasFocus)
    bar.tap.setFocus()
    assert not field.isVisible()
    assert bar.tap.hasFocus()
