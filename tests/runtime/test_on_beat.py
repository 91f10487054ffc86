"""Changes fall on the beat."""

from __future__ import annotations

import pytest

from livedream.runtime.on_beat import BeatTurns, OnBeat, Quantise


def on_beat(quantise: Quantise) -> OnBeat:
    """Count two beats a second, from 0 at 0 s."""
    grid = OnBeat()
    grid.quantise = quantise
    grid.follow(lambda now_s: 2 * now_s)
    return grid


@pytest.mark.parametrize(
    ("quantise", "now_s", "due"),
    [("beat", 0.3, 1.0), ("beat", 0.5, 1.0), ("beat", 0.51, 2.0), ("bar", 0.3, 4.0), ("bar", 2.1, 8.0)],
)
def test_a_change_is_due_on_the_next_beat_or_bar(quantise: Quantise, now_s: float, due: float) -> None:
    grid = on_beat(quantise)
    assert grid.due(now_s) == due
    assert grid.is_reached(due, due / 2)
    assert not grid.is_reached(due, due / 2 - 0.01)


def test_without_a_tempo_or_a_quantum_it_is_due_at_once() -> None:
    assert on_beat("off").due(0.3) is None
    assert OnBeat().due(0.3) is None
    assert on_beat("bar").due(None) is None
    grid = on_beat("bar")
    grid.quantise = "off"
    assert grid.is_reached(8.0, 0.1), "what waits does not wait for what is no longer heeded"


def test_a_tempo_that_counts_anew_keeps_nothing_waiting() -> None:
    grid = on_beat("bar")
    due = grid.due(20.1)
    grid.follow(lambda now_s: 2 * (now_s - 20.5))
    assert due is not None
    assert grid.is_reached(due, 20.6)


def test_a_turn_ends_on_the_beat_again_and_again() -> None:
    turns, over = BeatTurns(4), []
    for frame in range(1000):
        beat = frame * 0.07
        if turns.advance(beat):
            over.append(beat)
            turns.begin()
            turns.advance(beat)
    assert [int(beat) for beat in over] == [4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 68]
    assert all(beat % 1 < 0.07 for beat in over)


def test_beats_that_were_waited_for_do_not_count() -> None:
    turns = BeatTurns(4)
    turns.advance(0.5)
    assert not turns.advance(10.2, waiting=True)
    assert turns.left() == pytest.approx(3.8), "the turn ends on a beat"
    assert not turns.advance(13.9)
    assert turns.advance(14.0)


def test_a_turn_goes_on_when_the_tempo_counts_anew() -> None:
    turns = BeatTurns(4)
    turns.advance(101.0)
    assert not turns.advance(0.2)
    assert turns.advance(4.1)


def test_beats_take_their_time() -> None:
    assert on_beat("off").seconds(8, 3.0) == pytest.approx(4.0)
    assert OnBeat().seconds(8, 3.0) is None
    assert (on_beat("off").when, on_beat("bar").when, OnBeat().when) == ("", ", on the next bar", "")
