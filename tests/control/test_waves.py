"""A wave is written as what it is."""

from __future__ import annotations

import pytest

from livedream.control.modulators import BeatLfo, Lfo
from livedream.control.tempo import Tempo
from livedream.control.waves import OFFERED, wave


def test_beats_follow_the_tempo_and_hertz_do_not() -> None:
    tempo = Tempo(120.0)
    assert wave("saw 0.25 hz", tempo) == Lfo("saw", 0.25)
    assert wave("square 1 beat", tempo) == BeatLfo(tempo, "square", 1.0)
    assert wave("sine 4 beats +0.25", tempo) == BeatLfo(tempo, "sine", 4.0, 0.25)
    found = wave("square 1 beat", tempo)
    assert found is not None
    assert (found.at(0.1), found.at(0.3)) == (1.0, -1.0)
    tempo.set_bpm(60.0, 0.0)
    assert (found.at(0.3), found.at(0.6)) == (1.0, -1.0)


def test_all_that_are_offered_are_waves() -> None:
    assert all(wave(name, Tempo()) is not None for name in OFFERED)
    assert len(set(OFFERED)) == len(OFFERED)


@pytest.mark.parametrize(
    "name", ["", "sine", "sin 4 beats", "sine beats", "sine 0 hz", "sine 4 bars", "sine -1 hz", "sine 1e9 hz"]
)
def test_others_are_none(name: str) -> None:
    assert wave(name, Tempo()) is None
