"""A knob's way and a setting's value belong together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.control.midi_binding import Binding, MidiSource
from livedream.settings import SettingInfo, by_word, describe

NUMBERS = [info for info in describe() if info.kind == "number"]
CC = MidiSource(1, "cc", 1)


@given(st.sampled_from(NUMBERS), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_knob_stays_within_its_range_and_is_found_again(
    info: SettingInfo, first: float, second: float, share: float
) -> None:
    low, high = info.at(first), info.at(second)
    if abs(info.position(low) - info.position(high)) < 0.01:
        return
    binding = Binding(CC, info.word, low, high)
    value = binding.value_at(share)
    assert min(low, high) <= value <= max(low, high)
    assert binding.share_of(value) == pytest.approx(share, abs=1e-6) or value == info.low


def test_a_knob_that_ends_at_the_least_above_nothing_does_not_give_nothing() -> None:
    least = by_word()["dream.roughness"].at(1e-12)

    assert least > 0
    assert Binding(CC, "dream.roughness", 4.0, least).value_at(1.0) == least
    assert Binding(CC, "dream.roughness", least, 4.0).value_at(0.0) == least
    assert Binding(CC, "dream.roughness", 0.0, 4.0).value_at(0.0) == 0


def test_a_choice_is_found_again() -> None:
    binding = Binding(CC, "dream.rank")
    for choice in ("all", "strongest", "weakest", "average"):
        assert binding.value_at(binding.share_of(choice)) == choice


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (MidiSource(1, "cc", 7), "CC 7 on channel 1"),
        (MidiSource(2, "cc14", 7), "CC 7 and 39 on channel 2"),
        (MidiSource(3, "note", 7), "note 7 on channel 3"),
        (MidiSource(4, "program", 7), "program 7 on channel 4"),
    ],
)
def test_a_source_says_what_it_is(source: MidiSource, told: str) -> None:
    assert str(source) == told
