"""The macros in the panel: they turn the store, follow it, and tell what else turns them."""

from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest

from livedream.modulation.macros import MACROS
from livedream.ui.panel.macro_row import MacroRow


@pytest.fixture
def row(stage: Any) -> MacroRow:
    row = MacroRow(stage.panel.link, stage.panel.hand)
    stage.panel.top.addWidget(row)
    return row


@pytest.mark.parametrize("word", MACROS)
def test_a_dial_turns_its_macro(stage: Any, row: MacroRow, word: str) -> None:
    QTest.keyClick(row.dials[word], Qt.Key.Key_PageUp)
    stage.until(lambda: stage.value(word) == pytest.approx(0.6))


def test_a_dial_follows_without_a_loop(stage: Any, row: MacroRow) -> None:
    stage.store.turn("macro.depth", 0.8)
    stage.panel.link.look()
    assert row.dials["macro.depth"].share == 0.8
    stage.panel.link.look()
    assert [sorted(change.words) for change in stage.changes] == [["macro.depth"]]


def test_a_dial_that_is_held_stays_with_the_hand(stage: Any, row: MacroRow) -> None:
    dial = row.dials["macro.depth"]
    QTest.mousePress(dial, Qt.MouseButton.LeftButton)
    stage.store.turn("macro.depth", 0.8)
    stage.panel.link.look()
    assert dial.share == 0.5
    QTest.mouseRelease(dial, Qt.MouseButton.LeftButton)
    assert dial.share == 0.8


def test_a_double_click_brings_rest(stage: Any, row: MacroRow) -> None:
    stage.store.turn("macro.trail", 0.9)
    QTest.mouseDClick(row.dials["macro.trail"], Qt.MouseButton.LeftButton)
    assert stage.value("macro.trail") == 0.5
    assert row.dials["macro.trail"].share == 0.5


def test_modulation_is_on_the_outer_ring_and_the_hand_on_the_inner(stage: Any, row: MacroRow) -> None:
    dial = row.dials["macro.depth"]
    stage.store.change({"macro.depth": 0.9}, "wave", "modulation")
    stage.panel.link.look()
    assert dial._live == pytest.approx(0.9)
    assert dial.share == 0.5
    stage.store.clear("modulation")
    stage.panel.link.look()
    assert dial._live is None


def test_a_knob_goes_before_a_wave_in_what_a_dial_says(stage: Any, row: MacroRow) -> None:
    row.show_movers({"macro.depth": "CC 21"}, {"macro.depth": ("saw 1 beat",), "macro.trail": ("bass",)})
    captions = {word: dial.caption for word, dial in row.dials.items()}
    assert captions["macro.depth"] == "CC 21"
    assert captions["macro.trail"] == "bass"
    assert captions["macro.mood"] == ""
    assert stage.changes == []
