from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, by_word
from livedream.ui.panel.editors import (
    ChoiceEditor,
    Editor,
    NumberEditor,
    SwitchEditor,
    TextEditor,
    editor_for,
)
from livedream.ui.panel.scale_slider import ENDS

Key = Qt.Key


class Edited:
    """An editor on its own with a store, each of which follows the other, and what it says."""

    def __init__(self, word: str) -> None:
        self.info, self.row = by_word()[word], QWidget()
        self.store = SettingsStore(Settings())
        self.editor: Any = editor_for(self.info)
        self.editor.show_value(self.value)
        self.wanted: list[Any] = []
        self.settled = self.resets = self.changes = 0
        self.editor.wanted.connect(self._change)
        self.editor.settled.connect(self._settle)
        self.editor.reset_wanted.connect(self._reset)
        self.end = self.store.observe(self._follow)

    @property
    def value(self) -> Any:
        return self.info.value_of(self.store.snapshot())

    @property
    def widgets(self) -> list[QWidget]:
        return [widget for widget in (self.editor.head, self.editor.body) if widget is not None]

    def elsewhere(self, value: Any) -> None:
        self.store.change({self.info.word: value}, "midi")

    def _change(self, value: Any) -> None:
        self.wanted.append(value)
        self.store.change({self.info.word: value}, "panel")

    def _follow(self, _: object) -> None:
        self.changes += 1
        self.editor.show_value(self.value)

    def _settle(self) -> None:
        self.settled += 1

    def _reset(self) -> None:
        self.resets += 1


@pytest.fixture
def edited(shown: Callable[[QWidget], QWidget]) -> Callable[[str], Edited]:
    """Give a function that shows the editor of a setting."""

    def make(word: str) -> Edited:
        found = Edited(word)
        layout = QVBoxLayout(found.row)
        for widget in found.widgets:
            layout.addWidget(widget)
        shown(found.row)
        found.row.activateWindow()
        found.row.setFocus()
        return found

    return make


def read(editor: Editor) -> Any:
    """Return what a person reads in an editor."""
    if isinstance(editor, NumberEditor):
        return editor.box.value(), editor.slider.number
    if isinstance(editor, SwitchEditor):
        return editor.switch.isChecked()
    if isinstance(editor, ChoiceEditor):
        return editor.box.currentText()
    assert isinstance(editor, TextEditor)
    return editor.line.text()


KINDS = [
    ("look.depth", 0.25, (0.25, 0.25)),
    ("dream.octaves", 5, (5.0, 5.0)),
    ("dream.step_size", 0.1, (0.1, pytest.approx(0.1, rel=1e-3))),
    ("look.steer", False, False),
    ("dream.rank", "weakest", "weakest"),
    ("dream.guide", "itself", "itself"),
    ("dream.sequence", ("lines", "eyes"), "lines, eyes"),
    ("dream.layers", {"lines": 1.0, "eyes": 0.5}, "lines = 1, eyes = 0.5"),
]
"""A setting of each kind, another value of it, and how that is read."""


@pytest.mark.parametrize(("word", "value", "words"), KINDS)
def test_an_editor_follows_the_store_and_writes_nothing(
    edited: Callable[[str], Edited], word: str, value: Any, words: Any
) -> None:
    it = edited(word)
    assert read(it.editor) != words
    it.elsewhere(value)
    assert read(it.editor) == words
    assert (it.wanted, it.changes) == ([], 1)


def by_hand(editor: Any, words: Any) -> None:
    """Change a value as a person does."""
    if isinstance(editor, SwitchEditor):
        QTest.mouseClick(editor.switch, Qt.MouseButton.LeftButton)
    elif isinstance(editor, ChoiceEditor):
        while editor.box.currentText() != words:
            QTest.keyClick(editor.box, Key.Key_Down)
    else:
        line = editor.box if isinstance(editor, NumberEditor) else editor.line
        line.selectAll()
        QTest.keyClicks(line, str(words[0]) if isinstance(words, tuple) else words)
        QTest.keyClick(line, Key.Key_Return)


@pytest.mark.parametrize(("word", "value", "words"), KINDS)
def test_a_hand_changes_the_store_once_for_each_value_that_it_gives(
    edited: Callable[[str], Edited], word: str, value: Any, words: Any
) -> None:
    it = edited(word)
    by_hand(it.editor, words)
    assert it.value == value
    assert type(it.wanted[-1]) is type(value), "a whole number stays one"
    assert read(it.editor) == words
    assert it.changes == len(it.wanted) == (2 if word == "dream.rank" else 1)


@pytest.mark.parametrize(
    ("word", "values"), [("look.depth", [0.25, 0.75]), ("dream.octaves", [])], ids=["frame", "engine"]
)
def test_a_slider_that_is_dragged_builds_no_engine_on_its_way(
    edited: Callable[[str], Edited], word: str, values: list[float]
) -> None:
    it = edited(word)
    slider, settled = it.editor.slider, it.settled
    slider.setSliderDown(True)
    for share in (0.25, 0.75):
        slider.go(share)
    assert it.editor.busy
    assert it.wanted == [pytest.approx(value, abs=1e-3) for value in values]
    assert it.editor.box.value() == pytest.approx(slider.number), "the box shows where it would be let go"
    slider.setSliderDown(False)
    assert not it.editor.busy
    assert it.value == pytest.approx(it.info.at(0.75), abs=1e-3)
    assert it.settled == settled + 1


def test_keys_move_from_where_the_value_is_and_not_from_where_the_handle_can_be(
    edited: Callable[[str], Edited],
) -> None:
    it = edited("look.depth")
    it.elsewhere(0.12345678)
    QTest.keyClick(it.editor.slider, Key.Key_Right)
    assert it.value == it.info.nudge(0.12345678, 1)
    QTest.mouseDClick(it.editor.slider, Qt.MouseButton.LeftButton)
    assert it.resets == 1


def test_a_number_out_of_range_is_asked_for_so_that_it_is_told_and_moves_no_handle(
    edited: Callable[[str], Edited],
) -> None:
    it = edited("look.depth")
    it.editor.wanted.disconnect()
    asked: list[float] = []
    it.editor.wanted.connect(asked.append)
    before = it.editor.slider.value()
    by_hand(it.editor, "7")
    assert asked == [7.0]
    assert it.editor.slider.value() == before < ENDS


def test_what_is_dreamed_is_marked_and_moves_no_handle(edited: Callable[[str], Edited]) -> None:
    it = edited("look.depth")
    plain = it.editor.slider.grab().toImage()
    it.editor.show_live(0.9)
    assert it.editor.slider.grab().toImage() != plain
    assert read(it.editor) == (0.44, 0.44)
    it.editor.show_live(None)
    assert it.editor.slider.grab().toImage() == plain
    assert it.wanted == []


def test_a_choice_that_is_not_in_the_list_is_added_once(edited: Callable[[str], Edited]) -> None:
    it = edited("dream.rank")
    count = it.editor.box.count()
    for _ in range(2):
        it.editor.show_value("of a later version")
    assert it.editor.box.currentText() == "of a later version"
    assert it.editor.box.count() == count + 1
    assert it.wanted == []


def test_a_list_is_busy_while_it_is_open(edited: Callable[[str], Edited]) -> None:
    it = edited("dream.rank")
    it.editor.box.showPopup()
    assert it.editor.busy
    it.editor.box.hidePopup()
    assert not it.editor.busy
    assert it.settled == 1


def turn(widget: QWidget) -> bool:
    """Turn the wheel over a widget; return whether it keeps that to itself."""
    at, no = QPointF(5, 5), Qt.MouseButton.NoButton
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, -120),
        no,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("word", ["dream.rank", "look.depth"])
def test_who_scrolls_the_panel_changes_nothing(edited: Callable[[str], Edited], word: str) -> None:
    it = edited(word)
    for widget in it.widgets:
        it.row.setFocus()
        assert not turn(widget), "the panel has it"
        assert it.wanted == []
        widget.setFocus()
        assert turn(widget)
        assert it.wanted
        it.wanted.clear()


def test_a_line_is_busy_while_it_is_written_and_escape_takes_that_back(
    edited: Callable[[str], Edited],
) -> None:
    it = edited("dream.layers")
    it.editor.line.setFocus()
    QTest.keyClicks(it.editor.line, "half a thought")
    assert it.editor.busy
    QTest.keyClick(it.editor.line, Key.Key_Escape)
    assert not it.editor.busy
    assert (it.wanted, it.settled) == ([], 1)
    it.editor.show_value(it.value)
    assert it.editor.line.text() == ""
