"""Every setting's control, in a panel with a store."""

from typing import Any

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget

from livedream.settings import SettingInfo, by_word, describe
from livedream.ui.panel.editors import ChoiceEditor, NumberEditor, SwitchEditor, TextEditor
from livedream.ui.panel.scale_slider import ENDS
from livedream.ui.panel.setting_row import SettingRow
from livedream.ui.panel.setting_text import value_text

TYPED: dict[str, tuple[str, Any]] = {
    "dream.layers": ("lines = 1, eyes = 0.5", {"lines": 1.0, "eyes": 0.5}),
    "dream.channels": ("eyes = {3 = 1.5}", {"eyes": {3: 1.5}}),
    "dream.without": ("eyes = [1, 2]", {"eyes": (1, 2)}),
    "dream.sequence": ("lines, eyes", ("lines", "eyes")),
    "dream.guide": ("itself", "itself"),
    "dream.guide_layers": ("lines = 1", {"lines": 1.0}),
    "dream.style": ("itself", "itself"),
    "dream.style_layers": ("block.2 = 0.5", {"block.2": 0.5}),
    "dream.content_layers": ("lines = 2", {"lines": 2.0}),
    "dream.octave_sizes": ("1, 0.5", (1.0, 0.5)),
    "colour.target": ("1, 0.5, 0", (1.0, 0.5, 0.0)),
}
PLACE = 0.37
"""Where on its scale no setting has its default."""

REFUSED = {"dream.network": "googlenet", "dream.labels": "tabby"}
"""What needs weights that are not here."""


def by_hand(row: SettingRow) -> Any:
    """Change a setting with its control; give what it should be then."""
    editor, info = row.editor, row.info
    if isinstance(editor, NumberEditor):
        editor.slider.setValue(round(PLACE * ENDS))
        return pytest.approx(info.at(PLACE), rel=1e-3, abs=1e-6)
    if isinstance(editor, SwitchEditor):
        editor.switch.click()
        return not info.default
    if isinstance(editor, ChoiceEditor):
        choice = next(one for one in info.choices if one != info.default)
        editor.box.setCurrentText(choice)
        return choice
    assert isinstance(editor, TextEditor)
    text, value = TYPED.get(info.word, (REFUSED.get(info.word, ""), ()))
    editor.line.setText(text)
    QTest.keyClick(editor.line, Qt.Key.Key_Return)
    return value


def another(info: SettingInfo) -> Any:
    """Give a value that is not the default."""
    if info.is_number:
        return info.at(PLACE)
    if info.kind == "switch":
        return not info.default
    return list(info.choices)[-1] if info.kind == "choice" else TYPED[info.word][1]


def shown_by(row: SettingRow) -> Any:
    editor = row.editor
    if isinstance(editor, NumberEditor):
        return editor.box.value()
    if isinstance(editor, SwitchEditor):
        return editor.switch.isChecked()
    return editor.box.currentText() if isinstance(editor, ChoiceEditor) else editor.line.text()


def text_of(row: SettingRow, value: Any) -> Any:
    return value_text(value) if isinstance(row.editor, TextEditor) else value


possible = [info for info in describe() if info.word not in REFUSED]


@pytest.mark.parametrize("info", possible, ids=lambda info: info.word)
def test_every_control_changes_the_store_once(stage: Any, info: SettingInfo) -> None:
    row = stage.row(info.word)

    expected = by_hand(row)
    stage.until(lambda: stage.value(info.word) == expected)
    stage.until(row.reset.isVisible)
    QTest.qWait(40)

    assert stage.value(info.word) == expected
    assert [set(change.words) for change in stage.changes] == [{info.word}]
    assert stage.store.layer("hand").keys() == {info.word}
    assert not stage.said


@pytest.mark.parametrize("info", possible, ids=lambda info: info.word)
def test_every_control_follows_the_store_without_a_loop(stage: Any, info: SettingInfo) -> None:
    row = stage.row(info.word)
    before = shown_by(row)
    other = another(info)

    stage.store.change({info.word: other}, "elsewhere")
    stage.until(lambda: shown_by(row) != before)
    QTest.qWait(40)

    assert shown_by(row) == text_of(row, pytest.approx(other) if info.is_number else other)
    if isinstance(row.editor, NumberEditor):
        assert row.editor.slider.value() == pytest.approx(info.position(other) * ENDS, abs=1)
    assert len(stage.changes) == 1, "following writes nothing"


@pytest.mark.parametrize("word", REFUSED)
def test_what_is_refused_is_told_and_the_control_goes_back(stage: Any, word: str) -> None:
    row = stage.row(word)
    before = shown_by(row)

    by_hand(row)

    stage.until(lambda: bool(stage.said))
    assert len(stage.said) == 1
    assert shown_by(row) == before
    assert not stage.changes


def test_a_number_out_of_range_is_told_and_goes_back(stage: Any) -> None:
    box = stage.row("look.depth").editor.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    QTest.keyClick(box, Qt.Key.Key_Return)

    assert len(stage.said) == 1
    assert "look.depth = 7.0" in stage.said[0]
    assert "0.0 to 1.0" in stage.said[0]
    assert box.value() == 0.44
    assert stage.value("look.depth") == 0.44


def mouse(kind: QEvent.Type, widget: QWidget, x: int) -> None:
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    at = QPointF(x, widget.height() / 2)
    event = QMouseEvent(
        kind, at, widget.mapToGlobal(at), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def test_a_flood_of_a_slider_becomes_a_few_changes_and_the_last_value_stands(stage: Any) -> None:
    slider = stage.row("look.depth").editor.slider
    mouse(QEvent.Type.MouseButtonPress, slider, 20)
    for number in range(1000):
        mouse(QEvent.Type.MouseMove, slider, 20 + number % 300)
    mouse(QEvent.Type.MouseMove, slider, 200)
    waited = len(stage.changes)
    mouse(QEvent.Type.MouseButtonRelease, slider, 200)

    assert waited < 60, "one in 16 ms"
    assert stage.value("look.depth") == pytest.approx(slider.number)
    assert slider.number == pytest.approx((200 - 10) / (slider.width() - 20), abs=1e-3)


def test_nobody_pulls_a_slider_away_that_is_dragged(stage: Any) -> None:
    row = stage.row("look.depth")
    slider = row.editor.slider
    mouse(QEvent.Type.MouseButtonPress, slider, 100)
    held = slider.value()

    stage.store.change({"look.depth": 0.99}, "midi")
    stage.until(lambda: not stage.panel.hand.waits("look.depth"))
    QTest.qWait(80)
    assert slider.value() == held

    stage.store.change({"look.depth": 0.99}, "midi")
    mouse(QEvent.Type.MouseButtonRelease, slider, 100)
    stage.until(lambda: slider.value() == 9900)


def test_a_setting_of_the_engine_changes_when_the_slider_is_let_go(stage: Any) -> None:
    slider = stage.row("dream.octaves").editor.slider
    mouse(QEvent.Type.MouseButtonPress, slider, 40)
    for x in range(40, slider.width()):
        mouse(QEvent.Type.MouseMove, slider, x)
    assert not stage.changes
    mouse(QEvent.Type.MouseButtonRelease, slider, slider.width())

    assert stage.value("dream.octaves") == 8
    assert len(stage.changes) == 1


def test_typing_is_not_disturbed_and_escape_takes_it_back(stage: Any) -> None:
    box = stage.row("look.depth").editor.box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.9")

    stage.store.change({"look.depth": 0.2}, "midi")
    QTest.qWait(80)
    assert box.lineEdit().text() == "0.9"

    QTest.keyClick(box, Qt.Key.Key_Escape)
    stage.until(lambda: box.value() == 0.2)
    assert stage.value("look.depth") == 0.2


def test_reset_is_there_only_where_the_hand_differs_and_gives_the_preset_back(stage: Any) -> None:
    stage.playlist.show(1)
    row = stage.row("look.depth")
    assert not row.reset.isVisible()
    stage.store.change({"look.depth": 0.1}, "midi")
    stage.until(row.reset.isVisible)

    row.reset.click()

    assert stage.value("look.depth") == 0.8
    assert row.editor.box.value() == 0.8
    assert not row.reset.isVisible()


def test_a_double_click_resets_too(stage: Any) -> None:
    row = stage.row("look.depth")
    stage.store.change({"look.depth": 0.1}, "midi")
    QTest.mouseDClick(row.editor.slider, Qt.MouseButton.LeftButton, pos=QPoint(200, 10))
    assert stage.value("look.depth") == 0.44


@pytest.mark.parametrize("touched", [True, False])
def test_what_is_held_stays_when_the_preset_changes(stage: Any, touched: bool) -> None:
    if touched:
        stage.store.change({"look.depth": 0.1}, "midi")
    before = stage.value("look.depth")
    row = stage.row("look.depth")

    row.pin.click()
    assert stage.store.held == {"look.depth"}
    stage.playlist.show(1)
    assert stage.value("look.depth") == before

    row.pin.click()
    assert not stage.store.held
    stage.playlist.show(2)
    stage.playlist.show(1)
    stage.until(lambda: row.editor.box.value() == 0.8)


def test_a_hold_from_elsewhere_is_shown(stage: Any) -> None:
    row = stage.row("look.gamma")
    stage.store.hold(["look.gamma"])
    stage.until(row.pin.isChecked)
    stage.store.hold(["look.gamma"], on=False)
    stage.until(lambda: not row.pin.isChecked())
    assert {one.origin for one in stage.changes} == {"hold"}


def test_a_badge_tells_of_modulation_and_the_handle_stays_with_the_hand(stage: Any) -> None:
    row = stage.row("look.depth")
    assert not row.badge.isVisible()

    stage.store.change({"look.depth": 0.9}, "bass", "modulation")
    stage.until(row.badge.isVisible)
    assert row.editor.box.value() == 0.44
    assert not row.reset.isVisible(), "the hand has done nothing"
    row.editor.slider.setValue(2000)
    assert stage.store.layer("hand") == {"look.depth": 0.2}

    stage.store.clear("modulation")
    stage.until(lambda: not row.badge.isVisible())
    assert stage.value("look.depth") == 0.2
    assert row.editor.box.value() == pytest.approx(0.2)


def test_tips_have_word_help_range_and_default(stage: Any) -> None:
    tip = stage.row("look.depth").toolTip()
    for part in ("look.depth", by_word()["look.depth"].help[:20], "0.0 to 1.0", "default: 0.44"):
        assert part in tip


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Right, 0.45),
        (Qt.Key.Key_Down, 0.43),
        (Qt.Key.Key_PageUp, 0.54),
        (Qt.Key.Key_Home, 0.0),
        (Qt.Key.Key_End, 1.0),
    ],
)
def test_arrow_keys_move_by_the_settings_steps(stage: Any, key: Qt.Key, expected: float) -> None:
    row = stage.row("look.depth")
    QTest.keyClick(row.editor.slider, key)
    assert stage.value("look.depth") == pytest.approx(expected)
    QTest.keyClick(row.reset, Qt.Key.Key_Space)
    assert stage.value("look.depth") == 0.44


def test_the_box_steps_on_the_settings_scale(stage: Any) -> None:
    info = by_word()["dream.step_size"]
    box = stage.row(info.word).editor.box
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert stage.value(info.word) == pytest.approx(info.nudge(info.default, 1))


def test_enter_on_a_number_that_was_not_edited_changes_nothing(stage: Any) -> None:
    stage.store.change({"look.depth": 0.123456789}, "midi")
    box = stage.row("look.depth").editor.box
    stage.until(lambda: box.value() == pytest.approx(0.123456789))
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert len(stage.changes) == 1
    assert stage.value("look.depth") == 0.123456789


def test_an_open_list_is_left_alone_until_it_is_closed(stage: Any) -> None:
    box = stage.row("dream.rank").editor.box
    box.showPopup()
    stage.store.change({"dream.rank": "weakest"}, "midi")
    QTest.qWait(80)
    assert box.currentText() == "all"
    box.hidePopup()
    stage.until(lambda: box.currentText() == "weakest")


@pytest.mark.parametrize("word", ["dream.channels", "dream.without", "dream.octave_sizes", "colour.target"])
def test_the_example_of_a_setting_is_possible(stage: Any, word: str) -> None:
    line = stage.row(word).editor.line
    line.setText(line.placeholderText().removeprefix("none; for example: "))
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert not stage.said
    assert stage.value(word)


@pytest.mark.parametrize("leave", ["escape", "tab"])
def test_a_line_that_is_left_without_enter_shows_what_stands(stage: Any, leave: str) -> None:
    line = stage.row("dream.layers").editor.line
    line.setFocus()
    QTest.keyClicks(line, "half a thought")
    stage.store.change({"dream.layers": {"lines": 1.0}}, "midi")
    QTest.qWait(80)
    assert line.text() == "half a thought"

    QTest.keyClick(line, Qt.Key.Key_Escape if leave == "escape" else Qt.Key.Key_Tab)

    stage.until(lambda: line.text() == "lines = 1")
    assert stage.value("dream.layers") == {"lines": 1.0}
