"""What a slider, a knob or a message needs to know of a setting."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.settings import SettingInfo, Settings, by_word, change, describe

ALL = list(describe())
NUMBERS = [info for info in ALL if info.is_number]
numbers = st.sampled_from(NUMBERS)
shares = st.floats(0, 1)


@pytest.mark.parametrize("info", ALL, ids=[info.word for info in ALL])
def test_a_setting_is_known_by_its_word_and_stands_under_a_heading(info: SettingInfo) -> None:
    assert by_word()[info.word] is info
    assert f"{info.section}.{info.name}" == info.word
    assert info.value_of(Settings()) == info.default
    assert info.group
    assert info.group[0].isupper()


@pytest.mark.parametrize("info", ALL, ids=[info.word for info in ALL])
def test_its_kind_is_that_of_its_value(info: SettingInfo) -> None:
    kinds = {bool: "switch", int: "integer", float: "number", tuple: "list"}
    expected = kinds.get(type(info.default), "table")
    if isinstance(info.default, str):
        expected = "choice" if info.choices else "text"
    assert info.kind == expected
    assert info.is_number == (info.low is not None) == (info.step is not None)
    if info.kind == "choice":
        assert info.default in info.choices


def test_headings_stand_together_and_a_few_settings_matter_at_first_glance() -> None:
    groups = [info.group for info in ALL]
    assert len(set(groups)) == 1 + sum(a != b for a, b in pairwise(groups))
    basic = [info.word for info in ALL if info.basic]
    assert 5 <= len(basic) <= 14
    assert "look.depth" in basic


@given(numbers, shares)
def test_a_position_is_that_of_the_number_at_it(info: SettingInfo, share: float) -> None:
    value = info.at(share)
    assert change(Settings(), {info.word: value})
    if info.kind == "number":
        # Where a logarithmic scale begins at 0, the smallest number shares the end with 0.
        bottom = info.high / 1000 if info.scale == "logarithmic" and info.low == 0 else 0  # type: ignore[operator]
        near = 1e-12 if value > bottom * 1.000001 else bottom
        assert info.at(info.position(value)) == pytest.approx(value, rel=1e-9, abs=near)
    else:
        assert info.at(info.position(value)) == value


@given(numbers, shares, shares)
def test_further_along_is_never_less(info: SettingInfo, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert info.at(low) <= info.at(high)


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
def test_the_ends_of_a_scale_are_those_of_the_range(info: SettingInfo) -> None:
    assert (info.at(0.0), info.at(-3.0)) == (info.low, info.low)
    assert (info.at(1.0), info.at(7.0)) == (info.high, info.high)
    assert info.position(info.low) == 0  # type: ignore[arg-type]
    assert info.position(info.high) == 1  # type: ignore[arg-type]
    if info.scale == "logarithmic":
        assert info.low is not None
        assert info.high is not None
        bottom = info.low or info.high / 1000
        middle = math.sqrt(bottom * info.high)
        assert info.at(0.5) == pytest.approx(middle, abs=0.5 if info.kind == "integer" else 1e-9)


@given(numbers, st.floats(allow_nan=False))
def test_what_is_clamped_is_allowed_and_what_is_allowed_is_not_changed(
    info: SettingInfo, value: float
) -> None:
    held = info.clamp(value)
    assert change(Settings(), {info.word: held})
    assert info.clamp(held) == held
    assert type(held) is type(info.default)
    if info.kind == "number" and info.low <= value <= info.high:  # type: ignore[operator]
        assert held == value


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
def test_no_number_is_no_number(info: SettingInfo) -> None:
    with pytest.raises(ValueError, match=info.word):
        info.clamp(math.nan)


@given(numbers, shares, st.sampled_from([-1, 1]))
def test_a_nudge_goes_its_way_and_one_back_returns(info: SettingInfo, share: float, by: int) -> None:
    start: Any = info.at(share)
    there = info.nudge(start, by)
    assert change(Settings(), {info.word: there})
    at_the_end = start == (info.high if by > 0 else info.low)
    assert there == start if at_the_end else (there - start) * by > 0
    if info.kind == "number" and info.low < there < info.high:  # type: ignore[operator]
        inside = info.scale == "linear" or there > info.high / 500  # type: ignore[operator]
        if inside or info.low:
            assert info.nudge(there, -by) == pytest.approx(start)


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
def test_by_hand_one_comes_from_end_to_end_by_nudges_alone(info: SettingInfo) -> None:
    value, nudges = info.low, 0
    while value != info.high:
        value, nudges = info.nudge(value, 1), nudges + 1  # type: ignore[arg-type]
        assert nudges <= 750
    while value != info.low:
        value, nudges = info.nudge(value, -1), nudges + 1  # type: ignore[arg-type]
        assert nudges <= 1500


def test_what_is_no_number_has_no_scale() -> None:
    with pytest.raises(TypeError, match=r"dream\.network"):
        by_word()["dream.network"].position(1.0)
