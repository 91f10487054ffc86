import math
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.settings import Lifetime, SettingInfo, Settings, change, describe

ALL = list(describe())
NUMBERS = [info for info in ALL if info.is_number]
WORDS = [info.word for info in ALL]
Told = Callable[..., str]


def limits(info: SettingInfo) -> tuple[float, float]:
    assert info.low is not None
    assert info.high is not None
    return info.low, info.high


def test_every_setting_is_described() -> None:
    fields = [
        f"{section}.{name}"
        for section, outer in Settings.model_fields.items()
        for name in outer.annotation.model_fields  # type: ignore[union-attr]
    ]
    assert fields == WORDS
    assert len(set(WORDS)) == len(WORDS)


@pytest.mark.parametrize("info", ALL, ids=WORDS)
def test_a_setting_says_what_it_means_and_when_it_is_read(info: SettingInfo) -> None:
    assert len(info.help) > 10
    assert info.help[0].isupper()
    assert info.help.endswith(".")
    assert info.lifetime in get_args(Lifetime)
    assert info.default == info.value_of(Settings())


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
def test_a_number_has_a_range_with_its_default_inside(info: SettingInfo) -> None:
    low, high = limits(info)
    assert low <= info.default <= high
    assert low < high


def test_numbers_that_measure_something_have_a_unit() -> None:
    measured = [info for info in NUMBERS if info.word.endswith("_px") or info.word.endswith("_levels")]
    assert len(measured) >= 4
    assert all(info.unit for info in measured)


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(info: SettingInfo, told: Told) -> None:
    for end, step in zip(limits(info), (-1, 1), strict=True):
        value = type(info.default)(end)
        assert info.value_of(change(Settings(), {info.word: value})) == value
        beyond = value + step * (1 if isinstance(value, int) else 1e-6)
        message = told({info.word: beyond})
        assert info.word in message
        assert repr(beyond) in message
        assert info.allowed in message


@pytest.mark.parametrize("info", NUMBERS, ids=[info.word for info in NUMBERS])
@pytest.mark.parametrize("wrong", ["many", None, [], {}, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_told_with_word_value_and_range(
    info: SettingInfo, wrong: Any, told: Told
) -> None:
    message = told({info.word: wrong}, "my.toml")
    assert info.word in message
    assert repr(wrong) in message
    assert info.allowed in message


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("dream.octave", "dream.octaves"),
        ("dreem.steps", "dream.steps"),
        ("steps", "dream.steps"),
        ("motion.persistance", "motion.persistence"),
        ("look.strenght", "look.strength"),
        ("dream", "dream."),
        ("DREAM.STEP_SIZE", "dream.step_size"),
    ],
)
def test_an_unknown_word_is_answered_with_near_ones(word: str, near: str, told: Told) -> None:
    message = told({word: 1})
    assert repr(word) in message
    assert near in message


@pytest.mark.parametrize("word", ["", "~", "zzz", "...."])
def test_a_word_like_no_other_is_answered_with_all(word: str, told: Told) -> None:
    message = told({word: 1})
    assert all(known in message for known in WORDS)


def test_a_change_changes_what_it_names_and_nothing_else() -> None:
    before = Settings()
    after = change(before, {"dream.steps": 7, "look.strength": 0.5})
    assert (after.dream.steps, after.look.strength) == (7, 0.5)
    assert before == Settings()
    back = {"dream.steps": before.dream.steps, "look.strength": before.look.strength}
    assert change(after, back) == before
    assert change(before, {}) == before


def test_a_table_is_replaced_as_a_whole() -> None:
    layers = change(Settings(), {"dream.layers": {"lines": 0.5}}).dream.layers
    assert dict(layers) == {"lines": 0.5}


@given(st.sampled_from(NUMBERS), st.floats(0, 1))
def test_every_value_inside_of_a_range_is_kept(info: SettingInfo, share: float) -> None:
    low, high = limits(info)
    value = type(info.default)(low + share * (high - low))
    assert info.value_of(change(Settings(), {info.word: value})) == value
