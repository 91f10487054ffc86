"""A wave is written as what it is."""

from __future__ import annotations

import pytest

from livedream.modulation.modulators import BeatLfo, Lfo
from livedream.modulation.tempo import Tempo
from livedream.modulation.waves import OFFERED, WaveName, read_wave, wave


def test_beats_follow_the_tempo_and_hertz_do_not() -> None:
    tempo = Tempo(120.0)
    assert wave("saw 0.25 hz", tempo) == Lfo("saw", 0.25)
    assert wave("square 1 beat", tempo) == BeatLfo(tempo, "square", 1.0)
    assert wave("sine 4 beats +0.25", tempo) == BeatLfo(tempo, "sine", 4.0, 0.25)
    found = wave("square 1 beat", tempo)
    assert found is not None
    assert (found.at(0.1), found.at(0.3)) == (1.0, -1.0)
    tempo.halve(0.0)
    assert (found.at(0.3), found.at(0.6)) == (1.0, -1.0)


def test_all_that_are_offered_are_waves() -> None:
    assert all(wave(name, Tempo()) is not None for name in OFFERED)
    assert len(set(OFFERED)) == len(OFFERED)


@pytest.mark.parametrize(
    "name", ["", "sine", "sin 4 beats", "sine beats", "sine 0 hz", "sine 4 bars", "sine -1 hz", "sine 1e9 hz"]
)
def test_others_are_none(name: str) -> None:
    assert wave(name, Tempo()) is None


@pytest.mark.parametrize(
    "name", ["sine 4 beats", "saw 0.25 hz", "random 1 beat", "decay 16 beats +0.25", "square 0.001 hz"]
)
def test_a_name_is_read_and_written_as_it_was(name: str) -> None:
    read = read_wave(name)
    assert read is not None
    assert str(read) == name


@pytest.mark.parametrize("phase", [0.0, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("pace", [0.001, 0.3333333, 1.0, 1000.0])
def test_what_is_written_can_be_read(pace: float, phase: float) -> None:
    read = read_wave(str(WaveName("sine", pace, in_beats=True, phase=phase)))
    assert read is not None
    assert (read.pace, read.phase) == (pytest.approx(pace, abs=1e-6), phase)


def test_what_is_no_wave_is_not_read() -> None:
    assert [read_wave(name) for name in ("bass", "sine 0 beats", "sine 4 elephants")] == [None] * 3
