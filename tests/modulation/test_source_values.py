from __future__ import annotations

from dataclasses import dataclass

import pytest

from livedream.errors import InputError
from livedream.modulation.source_values import SourceValues
from livedream.modulation.tempo import Tempo


@dataclass
class Knob:
    value: float

    def at(self, now_s: float) -> float:
        return self.value


def test_waves_go_by_the_tempo_and_by_seconds() -> None:
    sources = SourceValues({}, Tempo(60.0))
    assert sources.at("square 2 beats", 0.5) == 1.0
    assert sources.at("square 2 beats", 1.5) == -1.0
    assert sources.at("square 1 hz", 0.75) == -1.0


@pytest.mark.parametrize(
    ("given", "value"), [(0.3, 0.3), (7.0, 1.0), (-7.0, -1.0), (float("nan"), 0.0), (float("inf"), 0.0)]
)
def test_whatever_a_source_gives_lies_between_minus_one_and_one(given: float, value: float) -> None:
    assert SourceValues({"knob": Knob(given)}, Tempo()).at("knob", 0.0) == value


def test_one_that_is_not_there_gives_nothing_until_it_comes() -> None:
    sources = SourceValues({"knob": Knob(0.1)}, Tempo())
    assert sources.at("bass", 0.0) == 0.0
    with pytest.raises(InputError, match="there is no source 'bass'; there are: knob; a wave is written as"):
        sources.check("bass")
    sources.add({"bass": Knob(0.5)})
    sources.check("bass")
    assert sources.at("bass", 0.0) == 0.5
    assert sources.names()[:2] == ("knob", "bass")


def test_a_source_hides_a_wave_of_its_name() -> None:
    assert SourceValues({"sine 1 hz": Knob(0.5)}, Tempo()).at("sine 1 hz", 0.0) == 0.5
