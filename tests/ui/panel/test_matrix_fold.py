"""The matrix as a table: rows come, change and go, by hand and by preset."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PyQt6.QtWidgets import QAbstractSpinBox, QWidget
from pytestqt.qtbot import QtBot

from livedream.runtime.parameters import Parameter
from livedream.settings.modulation_row import ModulationRow
from livedream.settings.show_numbers import FADER
from livedream.ui.panel.matrix_fold import MatrixFold

WAVE = ModulationRow("sine 4 beats", "look.light", 0.25)


@pytest.fixture
def fold(played: Any, shown: Callable[[QWidget], QWidget]) -> MatrixFold:
    fold = MatrixFold(played.controls.matrix)
    shown(fold)
    fold.unfold(on=True)
    fold.follow()
    fold.said.connect(played.said.append)
    return fold


def seen(fold: MatrixFold) -> list[ModulationRow]:
    return [row.row for row in fold.rows.values() if row.isVisible()]


def test_a_row_is_added_and_moves_its_setting(fold: MatrixFold, played: Any) -> None:
    fold.source.setCurrentText("square 4 beats")
    fold.word.setCurrentText("look light")
    fold.add.click()
    assert seen(fold) == [ModulationRow("square 4 beats", "look.light", 0.2)]
    before = played.value("look.light")
    played.step()
    assert played.value("look.light") != before


def test_the_fader_is_offered_and_moved_like_a_setting(fold: MatrixFold, played: Any) -> None:
    stands, seen_at = [0.25], list[float | None]()
    moves = Parameter(FADER, lambda: stands[0], partial(stands.__setitem__, 0), seen_at.append)
    played.controls.commands.parameters.join(moves)
    assert fold.word.findText("fader") >= 0
    fold.source.setCurrentText("square 4 beats")
    fold.word.setCurrentText("fader")
    fold.add.click()
    assert seen(fold) == [ModulationRow("square 4 beats", "fader", 0.2)]
    played.step()
    assert (stands, seen_at) == ([0.25], [pytest.approx(0.45)])


@pytest.mark.parametrize(
    ("source", "word", "said"),
    [
        ("sine 4 elephants", "look light", "there is no source 'sine 4 elephants'"),
        ("sine 4 beats", "no such", "there is no such setting"),
    ],
)
def test_what_cannot_be_is_said(fold: MatrixFold, played: Any, source: str, word: str, said: str) -> None:
    fold.source.setCurrentText(source)
    fold.word.setCurrentText(word)
    fold.add.click()
    assert seen(fold) == []
    assert said in played.said[-1]


def test_the_same_row_is_not_added_twice(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.add(WAVE)
    fold.follow()
    fold.source.setCurrentText(WAVE.source)
    fold.word.setCurrentText("look light")
    fold.add.click()
    assert "already" in played.said[-1]
    assert seen(fold) == [WAVE]


def test_a_row_that_is_edited_goes_on_in_the_same_place(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.add(WAVE)
    fold.follow()
    shown = fold.rows[WAVE.key]
    for after in (replace(WAVE, depth=0.5), replace(WAVE, depth=0.5, source="saw 2 beats")):
        shown.changed.emit(shown.row, after)
        assert fold.rows[after.key] is shown
        assert seen(fold) == [after]
        assert after in played.controls.matrix.rows


def test_a_change_that_is_refused_shows_what_stands(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.add(WAVE)
    fold.follow()
    fold.rows[WAVE.key].changed.emit(WAVE, replace(WAVE, start=1.0))
    assert "start = 1.0 is not possible" in played.said[-1]
    assert seen(fold) == [WAVE]


def test_a_row_is_removed_and_changes_are_undone(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.use_preset([WAVE])
    fold.follow()
    fold.rows[WAVE.key].removed.emit(WAVE)
    assert WAVE not in played.controls.matrix.rows
    assert seen(fold) == []
    fold.undo.click()
    fold.follow()
    assert seen(fold) == [WAVE]


def test_what_the_macros_move_is_shown_when_asked_for(fold: MatrixFold, played: Any) -> None:
    fold.macros.click()
    assert set(seen(fold)) == set(played.controls.matrix.rows)
    fold.macros.click()
    assert seen(fold) == []


def test_a_preset_brings_its_rows_and_takes_them_along(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.use_preset([WAVE])
    fold.follow()
    assert (seen(fold), fold.header.note) == ([WAVE], "1 row")
    played.controls.matrix.use_preset([])
    fold.follow()
    assert (seen(fold), fold.header.note) == ([], "")


def test_what_is_being_typed_into_a_row_goes_with_it(fold: MatrixFold, played: Any, qtbot: QtBot) -> None:
    played.controls.matrix.use_preset([WAVE])
    fold.follow()
    row = fold.rows[WAVE.key]
    row.header.setChecked(True)
    box = next(box for box in row.findChildren(QAbstractSpinBox) if box.isVisible())
    box.setFocus()
    qtbot.keyClicks(box, "0.3")
    played.controls.matrix.use_preset([])
    fold.follow()
    assert seen(fold) == []
    assert WAVE.key not in {one.key for one in played.controls.matrix.rows}


def test_sources_that_come_later_can_be_chosen(fold: MatrixFold, played: Any) -> None:
    class Loud:
        def at(self, now_s: float) -> float:
            return 1.0

    played.controls.matrix.add_sources({"thunder": Loud()})
    fold.source.setCurrentText("half written")
    fold.follow()
    assert fold.source.findText("thunder") >= 0
    assert fold.source.currentText() == "half written"


def test_bars_show_what_a_source_does_now(fold: MatrixFold, played: Any) -> None:
    played.controls.matrix.add(replace(WAVE, source="square 4 beats"))
    played.step()
    fold.follow()
    header = next(iter(row for row in fold.rows.values() if row.isVisible())).header
    assert (header._value, header._move) == (100, 25)


def test_folded_it_looks_at_nothing(played: Any, shown: Callable[[QWidget], QWidget]) -> None:
    fold = MatrixFold(played.controls.matrix)
    shown(fold)
    played.controls.matrix.add(WAVE)
    fold.follow()
    assert fold.rows == {}
    assert fold.header.note == "1 row"
