"""The beat follows those who tap it."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.modulation.tempo import (
    CLOCK_CONTINUE,
    CLOCK_START,
    CLOCK_STOP,
    CLOCK_TICK,
    FASTEST_BPM,
    HAND,
    PPQN,
    SLOWEST_BPM,
    TAPS,
    Beat,
    MidiClock,
    Tempo,
)

BPMS = st.floats(40, 220)
JITTERS = st.lists(st.floats(-0.015, 0.015), min_size=TAPS, max_size=TAPS)


@given(BPMS, JITTERS, st.floats(0, 1e5))
def test_eight_unsteady_taps_give_the_tempo_within_a_hundredth(
    bpm: float, jitters: list[float], start_s: float
) -> None:
    tempo = Tempo(120.0)
    for number, jitter in enumerate(jitters):
        tempo.tap(start_s + (number + jitter) * 60 / bpm)
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)


@given(st.floats(50, 220), st.integers(1, TAPS - 2), st.floats(0.35, 0.45))
def test_a_tap_that_is_far_off_is_left_out(bpm: float, place: int, off: float) -> None:
    tempo = Tempo(120.0)
    for number in range(TAPS):
        tempo.tap((number + (off if number == place else 0)) * 60 / bpm)
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)


def test_a_beat_that_was_not_tapped_does_not_slow_it() -> None:
    tempo = Tempo()
    for number in (0, 1, 2, 4, 5, 6, 7):
        tempo.tap(number * 0.4)
    assert tempo.bpm == pytest.approx(150.0)


@pytest.mark.parametrize("bpm", [SLOWEST_BPM, 29.0, FASTEST_BPM])
def test_the_slowest_and_the_fastest_tempo_can_be_tapped(bpm: float) -> None:
    tempo = Tempo()
    for number in range(4):
        tempo.tap(number * 60 / bpm)
    assert tempo.bpm == pytest.approx(bpm)


def test_after_a_pause_taps_begin_anew() -> None:
    tempo = Tempo()
    for number in range(8):
        tempo.tap(number * 0.5)
    for number in range(3):
        tempo.tap(20 + number * 0.4)
    assert tempo.bpm == pytest.approx(150.0)


def test_one_tap_sets_the_beat_and_keeps_the_tempo() -> None:
    tempo = Tempo(100.0)
    assert tempo.tap(12.34) == 100.0
    assert tempo.phase(12.34) == 0.0
    assert tempo.phase(12.34 + 0.3) == pytest.approx(0.5)


def test_taps_at_the_same_moment_or_backwards_do_no_harm() -> None:
    tempo = Tempo(100.0)
    for now_s in (1.0, 1.0, 0.5, 0.5):
        tempo.tap(now_s)
    assert tempo.bpm == 100.0


@given(st.lists(st.floats(0, 100, allow_nan=False), max_size=30))
def test_the_tempo_stays_within_bounds_whatever_is_tapped(times: list[float]) -> None:
    tempo = Tempo()
    for now_s in times:
        assert SLOWEST_BPM <= tempo.tap(now_s) <= FASTEST_BPM
        assert 0 <= tempo.phase(now_s + 0.1) < 1


def test_nudge_moves_the_beat_and_not_the_tempo() -> None:
    tempo = Tempo(120.0)
    tempo.nudge(0.25, 10.0)
    assert tempo.phase(10.0) == pytest.approx(0.25)
    tempo.nudge(-0.5, 10.0)
    assert tempo.phase(10.0) == pytest.approx(0.75)
    assert tempo.bpm == 120.0


def test_double_and_halve_keep_the_beat_and_stay_within_bounds() -> None:
    tempo = Tempo(120.0)
    tempo.double(10.0)
    assert (tempo.bpm, tempo.phase(10.0)) == (240.0, 0.0)
    tempo.double(10.0)
    assert tempo.bpm == 240.0
    for _ in range(10):
        tempo.halve(10.0)
    assert tempo.bpm == 30.0


def test_resync_makes_now_the_first_beat() -> None:
    tempo = Tempo(120.0)
    tempo.resync(10.33)
    assert tempo.beats(10.33) == 0.0
    assert tempo.bpm == 120.0


class Meanwhile:
    """A lock that another thread gets just before."""

    def __init__(self, other: Callable[[], object]) -> None:
        self._lock, self._other = threading.Lock(), other

    def __enter__(self) -> None:
        other, self._other = self._other, lambda: None
        other()
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@pytest.mark.parametrize(
    ("change", "bpm", "beats"),
    [
        (lambda tempo: tempo.go(60.0, 10.0), 60.0, 100.0),
        (lambda tempo: tempo.resync(10.0), 90.0, 0.0),
        (lambda tempo: tempo.double(10.0), 180.0, 200.0),
        (lambda tempo: tempo.nudge(0.5, 10.0), 90.0, 100.5),
        (lambda tempo: tempo.take(Beat(60.0, 10.0, 7.0), HAND, instead_of=Beat(120.0, 0.0)), 90.0, 100.0),
    ],
)
def test_what_another_thread_changes_just_before_is_not_undone(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[Tempo], object], bpm: float, beats: float
) -> None:
    tempo = Tempo(120.0)
    other = Meanwhile(lambda: tempo.take(Beat(90.0, 10.0, 100.0), "Link"))
    monkeypatch.setattr(tempo, "_lock", other)
    change(tempo)
    assert (tempo.bpm, tempo.beats(10.0)) == (bpm, beats)


@given(st.floats(40, 250), st.integers(0, 100))
def test_midi_clock_is_followed_though_its_ticks_come_unsteadily(bpm: float, seed: int) -> None:
    draws, tempo = random.Random(seed), Tempo()
    clock, tick_s = MidiClock(tempo), 60 / bpm / PPQN
    clock.feed(CLOCK_START, 5.0)
    for number in range(8 * PPQN + 1):
        clock.feed(CLOCK_TICK, 5.0 + number * tick_s + draws.uniform(0, 0.001))
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.beats(5.0 + 8 * 60 / bpm) == pytest.approx(8.0, abs=0.05)


def test_midi_clock_that_stops_leaves_the_beat_as_it_is() -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    clock.feed(CLOCK_START, 0.0)
    for number in range(PPQN + 1):
        clock.feed(CLOCK_TICK, number / PPQN)
    assert tempo.bpm == pytest.approx(60.0)
    clock.feed(CLOCK_STOP, 1.0)
    for number in range(PPQN):
        clock.feed(CLOCK_TICK, 1.1 + number / PPQN / 4)
    assert tempo.bpm == pytest.approx(60.0)
    clock.feed(CLOCK_CONTINUE, 5.0)
    for number in range(PPQN):
        clock.feed(CLOCK_TICK, 5.0 + number / PPQN / 2)
    assert tempo.bpm == pytest.approx(120.0, rel=0.01)


def test_midi_clock_that_was_away_begins_anew() -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    for start_s, beat_s in ((0.0, 1.0), (10.0, 0.5)):
        for number in range(PPQN):
            clock.feed(CLOCK_TICK, start_s + number * beat_s / PPQN)
    assert tempo.bpm == pytest.approx(120.0, rel=0.001)


def test_other_messages_and_ticks_at_one_moment_do_no_harm() -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    for _ in range(100):
        clock.feed(CLOCK_TICK, 1.0)
        clock.feed(0xFE, 1.0)
    assert tempo.bpm == 120.0


def feed_beats(clock: MidiClock, port: str, start_s: float, bpm: float, beats: float) -> None:
    for number in range(round(beats * PPQN)):
        clock.feed(CLOCK_TICK, start_s + number * 60 / bpm / PPQN, port)


@pytest.mark.parametrize("silent_s", [0.9, 1.1])
def test_another_port_s_clock_is_followed_once_the_first_has_been_silent_for_a_second(
    silent_s: float,
) -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    feed_beats(clock, "drums", 0.0, 60.0, 1 + 1 / PPQN)  # the last tick comes at 1 s
    clock.feed(CLOCK_START, 1.0 + silent_s, "synth")
    assert tempo.bpm == pytest.approx(60.0)
    feed_beats(clock, "synth", 1.0 + silent_s, 180.0, 0.25)
    assert tempo.bpm == pytest.approx(60.0 if silent_s < 1 else 180.0)


def test_of_two_clocks_at_once_the_first_is_followed() -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    ticks = [(number / PPQN, "drums") for number in range(96)]
    ticks += [(0.001 + number / PPQN / 2.1, "synth") for number in range(200)]
    for at_s, port in sorted(ticks):
        clock.feed(CLOCK_TICK, at_s, port)
        assert tempo.bpm in (120.0, pytest.approx(60.0))
    clock.feed(CLOCK_STOP, 3.96, "synth")
    clock.feed(CLOCK_TICK, 4.0, "drums")
    assert tempo.beat.number == pytest.approx(4.0)


def test_a_port_that_was_stopped_does_not_hold_the_next_one_still() -> None:
    tempo = Tempo()
    clock = MidiClock(tempo)
    clock.feed(CLOCK_STOP, 0.0, "drums")
    feed_beats(clock, "synth", 1.5, 90.0, 1)
    assert tempo.bpm == pytest.approx(90.0)
