"""What a control sends becomes what a setting takes, or is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.control.conversion import NotPossibleError, converted
from livedream.settings import SettingInfo, by_word, describe

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.lists(st.integers())
)


@pytest.mark.parametrize(
    ("word", "value", "becomes"),
    [
        ("look.depth", 7, 1.0),
        ("dream.steps", 2.4, 2),
        ("look.steer", 0, False),
        ("look.steer", 1.0, True),
        ("look.steer", "off", False),
        ("dream.flips", "all", "all"),
        ("dream.flips", 1, "sideways"),
        ("dream.flips", 2.0, "all"),
        ("dream.guide", "itself", "itself"),
        ("dream.sequence", '["eyes", "fur"]', ["eyes", "fur"]),
        ("dream.sequence", ("eyes",), ["eyes"]),
        ("dream.layers", "{eyes = 1.0}", {"eyes": 1.0}),
    ],
)
def test_values_are_converted(word: str, value: Any, becomes: Any) -> None:
    result = converted(by_word()[word], value)
    assert result == becomes
    assert type(result) is type(becomes)


@given(st.sampled_from(describe()), ANYTHING)
def test_anything_is_converted_or_refused_in_one_short_sentence(info: SettingInfo, value: Any) -> None:
    sentence = ""
    try:
        converted(info, value)
    except NotPossibleError as fault:
        sentence = str(fault)
    assert sentence == "" or sentence.startswith(f"{info.word} cannot be ")
    assert "\n" not in sentence


def test_lists_nested_too_deep_are_refused() -> None:
    with pytest.raises(NotPossibleError, match="written as in TOML"):
        converted(by_word()["dream.sequence"], "[" * 20_000)
