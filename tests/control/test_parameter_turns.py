"""A number that is no setting is moved, let go of, and refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from livedream.control.parameter_turns import GONE, turn
from livedream.runtime.parameters import Parameter, Parameters
from livedream.runtime.store import Layer
from livedream.settings.show_numbers import FADE_S, FADER


class Numbers:
    """A fader that modulation can move, and a duration that only a hand can."""

    def __init__(self) -> None:
        self.written: list[float] = []
        self.laid: list[float | None] = []
        self.parameters = Parameters()
        self.parameters.join(Parameter(FADER, lambda: 0.0, self.written.append, self.laid.append))
        self.parameters.join(Parameter(FADE_S, lambda: 0.0, self.fail))

    def fail(self, value: float) -> None:
        raise RuntimeError(f"no {value:g}")

    def turn(self, layer: Layer, word: str, value: Any) -> str:
        return turn(self.parameters, layer, word, value)


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def test_the_hand_writes_and_modulation_lies_over_it(numbers: Numbers) -> None:
    assert numbers.turn("hand", "fader", 0.25) == ""
    assert numbers.turn("modulation", "fader", 0.5) == ""
    assert (numbers.written, numbers.laid) == ([0.25], [0.5])


def test_modulation_lets_go_and_the_hand_leaves_the_number_where_it_is(numbers: Numbers) -> None:
    assert numbers.turn("modulation", "fader", GONE) == ""
    assert numbers.turn("hand", "fader", GONE) == ""
    assert (numbers.written, numbers.laid) == ([], [None])


def test_what_is_moved_by_hand_only_is_told(numbers: Numbers) -> None:
    said = numbers.turn("modulation", "fade seconds", 2.0)
    assert said == "fade seconds is moved by hand only, not by modulation"


def test_what_is_no_number_is_told_and_written_nowhere(numbers: Numbers) -> None:
    assert "fader" in numbers.turn("hand", "fader", "soon")
    assert numbers.written == []


def test_a_show_that_fails_is_told_not_raised(numbers: Numbers) -> None:
    said = numbers.turn("hand", "fade seconds", 2.0)
    assert said == "fade seconds cannot be moved: RuntimeError: no 2"
