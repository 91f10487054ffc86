"""Rows say how far a source moves a setting, and are kept in presets."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.settings import describe
from livedream.settings.modulation_row import (
    CURVES,
    SIDES,
    ModulationRow,
    check_circle,
    parse_move,
    parse_moves,
    row_tables,
    rows_from,
)

MOVABLE = [info.word for info in describe() if info.is_number and info.lifetime == "frame"]
ROWS = st.builds(
    ModulationRow,
    st.sampled_from(["sine 4 beats", "bass"]),
    st.sampled_from(MOVABLE),
    st.floats(-1, 1),
    st.sampled_from(CURVES),
    st.floats(0, 60),
    st.sampled_from(SIDES),
    st.floats(0, 0.4),
    st.floats(0.5, 1),
)


@pytest.mark.parametrize(
    ("row", "values"),
    [
        (ModulationRow("a", "look.depth"), {-1: -1, -0.5: -0.5, 0: 0, 0.5: 0.5, 1: 1}),
        (ModulationRow("a", "look.depth", side="up"), {-1: 0, 0: 0, 0.5: 0.5, 1: 1}),
        (ModulationRow("a", "look.depth", side="down"), {-1: 1, -0.5: 0.5, 0: 0, 1: 0}),
        (ModulationRow("a", "look.depth", start=0.5), {-1: -1, -0.5: 0, 0.5: 0, 0.75: 0.5, 1: 1}),
        (ModulationRow("a", "look.depth", end=0.5), {-1: -1, -0.25: -0.5, 0.25: 0.5, 0.5: 1, 1: 1}),
        (ModulationRow("a", "look.depth", curve="square"), {-0.5: -0.25, 0.5: 0.25, 1: 1}),
        (ModulationRow("a", "look.depth", curve="root"), {-0.25: -0.5, 0.25: 0.5, 1: 1}),
    ],
)
def test_a_row_begins_and_ends_where_it_is_told(row: ModulationRow, values: dict[float, float]) -> None:
    assert {value: row.shaped(value) for value in values} == pytest.approx(values)


@given(ROWS, st.floats(-1, 1))
def test_a_row_never_moves_further_than_its_depth(row: ModulationRow, value: float) -> None:
    assert -1 <= row.shaped(value) <= 1


def test_what_is_no_list_of_tables_is_told() -> None:
    with pytest.raises(InputError, match=r"mine.toml: modulation = 3 is not possible"):
        rows_from(3, "mine.toml")


@given(st.lists(ROWS, max_size=6))
def test_rows_are_kept_in_toml(rows: list[ModulationRow]) -> None:
    content = tomllib.loads(tomli_w.dumps({"modulation": row_tables(rows)}))
    assert rows_from(content["modulation"], "mine.toml") == tuple(rows)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (3, "3 is no table"),
        ({"source": "a"}, "word is missing"),
        ({"word": "look.depth"}, "source is missing"),
        ({"from": "a"}, "from = 'a' is not possible: the keys are source, word"),
        ({"source": 3}, "source = 3 is not possible: it must be a text"),
        (
            {"source": "a", "word": "look.depth", "depth": "x"},
            "depth = 'x' is not possible: it must be a number",
        ),
        (
            {"source": "a", "word": "look.depth", "depth": 2},
            "depth = 2 is not possible: it must be from -1 to 1",
        ),
        ({"source": "a", "word": "look.depth", "depth": math.nan}, "depth = nan is not possible"),
        (
            {"source": "a", "word": "look.depth", "curve": "s"},
            "curve = 's' is not possible; choose one of: linear",
        ),
        ({"source": "a", "word": "look.depth", "smoothing_s": -1}, "smoothing_s = -1 is not possible"),
        (
            {"source": "a", "word": "look.deepth"},
            "word = 'look.deepth' is not possible: there is no such setting",
        ),
        ({"source": "a", "word": "look.steer"}, "word = 'look.steer' is not possible: it is a switch"),
        ({"source": "a", "word": "look.depth", "side": "left"}, "choose one of: both, up, down"),
        ({"source": "a", "word": "look.depth", "start": 0.5, "end": 0.5}, "start = 0.5 is not possible"),
        ({"source": "a", "word": "look.depth", "end": 2}, "end = 2 is not possible: it must be from 0 to 1"),
        ({"source": "a", "word": "dream.octaves"}, "each of its values needs another engine"),
    ],
)
def test_what_is_wrong_is_told_with_origin_key_and_value(table: Any, told: str) -> None:
    with pytest.raises(InputError) as fault:
        rows_from([table], "mine.toml")
    assert str(fault.value).startswith("mine.toml: modulation 1: ")
    assert told in str(fault.value)


def test_a_move_is_a_row() -> None:
    assert parse_move("low mid=look.depth:-0.4") == ModulationRow("low mid", "look.depth", -0.4)
    assert parse_move("sine 4 beats = look.depth") == ModulationRow("sine 4 beats", "look.depth", 0.5)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("bass", "write SOURCE=WORD"),
        ("=look.depth", "write SOURCE=WORD"),
        ("bass=look.depth:much", "write SOURCE=WORD"),
        ("bass=look.depth:", "write SOURCE=WORD"),
        ("bass=look.depth:2", "depth = 2.0 is not possible: it must be from -1 to 1"),
        ("bass=look.deep", "word = 'look.deep' is not possible"),
    ],
)
def test_a_move_that_is_not_possible_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(InputError, match=wrong) as refused:
        parse_move(text)
    assert f"--move {text}: " in str(refused.value)


RING = ("depth=macro.speed", "speed=macro.mood:0.1", "sine 4 beats=macro.depth", "mood=macro.depth")


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (
            ("depth=macro.depth",),
            r"^--move depth=macro.depth: macro.depth cannot move itself; let depth move",
        ),
        (RING, r"^--move depth=macro.speed, .*: macro.depth cannot move itself: depth moves macro.speed, "),
        (
            RING[::-1],
            r"sine 4 beats=.*: macro.mood cannot move itself: .*, speed moves macro.mood; leave out",
        ),
    ],
)
def test_a_macro_does_not_move_itself_by_one_row_or_by_several(moves: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_moves(moves)


def test_macros_may_move_others_on_several_ways() -> None:
    rows = parse_moves(("depth=macro.speed", "depth=macro.mood", "speed=macro.mood", "mood=macro.trail"))
    check_circle(rows)
    assert len(rows) == 4


def test_a_preset_in_which_a_macro_moves_itself_is_told() -> None:
    with pytest.raises(
        InputError, match=r"mine.toml: modulation: macro.depth cannot move itself: depth moves"
    ):
        rows_from(row_tables(parse_move(one) for one in RING), "mine.toml")
