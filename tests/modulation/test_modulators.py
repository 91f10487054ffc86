"""Waves repeat and stay within their range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.modulation.modulators import SHAPES, BeatLfo, Lfo, shaped
from livedream.modulation.tempo import Tempo

TURNS = st.floats(-1e6, 1e6)
WAVES = [shape for shape in SHAPES if shape != "random"]


@given(st.sampled_from(SHAPES), TURNS, st.integers())
def test_a_wave_stays_within_its_range(shape: Any, turns: float, seed: int) -> None:
    low = 0 if shape == "decay" else -1
    assert low - 1e-12 <= shaped(shape, turns, seed) <= 1 + 1e-12


@given(st.sampled_from(WAVES), st.integers(0, 999), st.integers(-1000, 1000))
def test_a_wave_repeats(shape: Any, part: int, turn: int) -> None:
    share = part / 1024  # exact in binary, so that no rounding passes an edge
    assert shaped(shape, turn + share) == pytest.approx(shaped(shape, share), abs=1e-9)


@pytest.mark.parametrize(
    ("shape", "quarters"),
    [
        ("sine", [0, 1, 0, -1]),
        ("triangle", [0, 1, 0, -1]),
        ("saw", [-1, -0.5, 0, 0.5]),
        ("square", [1, 1, -1, -1]),
    ],
)
def test_a_wave_has_its_shape(shape: Any, quarters: list[float]) -> None:
    assert [shaped(shape, quarter / 4) for quarter in range(4)] == pytest.approx(quarters, abs=1e-9)


def test_a_decay_falls_from_one_to_nothing_fast_at_first() -> None:
    values = [shaped("decay", step / 100) for step in range(100)]
    assert values[0] == 1
    assert values == sorted(values, reverse=True)
    assert values[25] < 0.3
    assert values[99] < 0.01


def test_random_holds_a_value_for_a_turn_and_can_be_repeated() -> None:
    values = [shaped("random", turn / 10, seed=3) for turn in range(1000)]
    assert values == [shaped("random", turn / 10, seed=3) for turn in range(1000)]
    assert len(set(values)) == 100
    assert set(values).isdisjoint(shaped("random", turn, seed=4) for turn in range(100))
    assert -0.3 < sum(values) / len(values) < 0.3


def test_a_free_wave_turns_so_often_a_second() -> None:
    assert Lfo("saw", hz=0.5, phase=0.25).at(1.0) == pytest.approx(0.5)


def test_a_wave_follows_the_beat() -> None:
    tempo = Tempo(120.0)
    wave = BeatLfo(tempo, "saw", beats=4.0)
    assert wave.at(1.0) == pytest.approx(0.0)
    tempo.double(1.0)
    assert wave.at(1.25) == pytest.approx(-0.5)
    tempo.resync(1.3)
    assert wave.at(1.3) == -1


@pytest.mark.parametrize(
    ("shape", "pace", "told"),
    [
        ("wobble", 1.0, "shape = 'wobble' is not possible; choose one of: sine, triangle"),
        ("sine", 0.0, " = 0.0 is not possible: it must be from 0.001 to 1000.0"),
        ("sine", float("nan"), " = nan is not possible"),
    ],
)
def test_what_is_no_wave_is_refused(shape: Any, pace: float, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Lfo(shape, pace)
    with pytest.raises(InputError, match=told):
        BeatLfo(Tempo(), shape, pace)


def test_a_wave_on_the_beat_is_ahead_by_what_is_seen_late_and_a_free_one_is_not() -> None:
    tempo = Tempo(120.0, lookahead_ms=250.0)
    on_beat, free = BeatLfo(tempo, "saw", 4.0), Lfo("saw", 0.5)
    for now_s in (0.0, 0.3, 1.6):
        assert on_beat.at(now_s) == pytest.approx(BeatLfo(Tempo(120.0), "saw", 4.0).at(now_s + 0.25))
        assert free.at(now_s) == Lfo("saw", 0.5).at(now_s)
