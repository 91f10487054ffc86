"""The controls of the macros: a knob in its middle turns nothing."""

from __future__ import annotations

import pytest

from livedream.settings import by_word
from livedream.settings.macro import REST


@pytest.mark.parametrize("name", ["depth", "speed", "mood", "trail", "colour"])
def test_a_knob_rests_in_its_middle_and_turns_as_far_either_way(name: str) -> None:
    info = by_word()[f"macro.{name}"]
    assert info.at(0.5) == info.default == REST
    assert REST - info.at(0.0) == info.at(1.0) - REST > 0
