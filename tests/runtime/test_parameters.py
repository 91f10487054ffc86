from __future__ import annotations

import math

import pytest

from livedream.errors import InputError
from livedream.runtime.parameters import Parameter, Parameters
from livedream.settings.show_numbers import number_info


@pytest.fixture
def parameters() -> Parameters:
    held = {"number": 1.0}
    found = Parameters()
    warmth = number_info("warmth", "How warm.", 10)
    found.join(Parameter(warmth, lambda: held["number"], lambda number: held.update(number=number)))
    return found


@pytest.mark.parametrize(("asked", "becomes"), [(4, 4.0), (-3.0, 0.0), (math.inf, 10.0)])
def test_a_number_beyond_the_range_becomes_its_end(
    parameters: Parameters, asked: float, becomes: float
) -> None:
    assert parameters.turn("warmth", asked) == parameters.read("warmth") == becomes


def test_what_is_no_number_and_what_is_not_there_change_nothing(parameters: Parameters) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parameters.turn("warmth", math.nan)
    with pytest.raises(InputError, match="did you mean warmth"):
        parameters.turn("warmt", 2.0)
    assert parameters.read("warmth") == 1.0
