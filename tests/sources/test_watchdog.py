"""When a device counts as lost, and when it is tried again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.sources.watchdog import Backoff, Rate, Watchdog, reason, same_picture, tries_in


def picture(value: int) -> np.ndarray:
    return np.full((40, 50, 3), value, np.uint8)


def test_waits_double_up_to_eight_seconds() -> None:
    backoff = Backoff()
    assert [backoff.next_s() for _ in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]
    backoff.reset()
    assert backoff.next_s() == 0.5


def test_silence_is_noticed_after_two_seconds() -> None:
    dog = Watchdog()
    dog.start(0.0)
    dog.saw(picture(1), 1.0)
    assert dog.complaint(2.9) == ""
    assert "no picture for 2 s" in dog.complaint(3.0)


def test_opening_may_take_longer() -> None:
    dog = Watchdog()
    dog.start(0.0)
    assert dog.complaint(9.9) == ""
    assert "opened" in dog.complaint(10.0)
    assert not dog.has_seen


def test_the_same_picture_is_noticed_after_five_seconds() -> None:
    dog = Watchdog()
    dog.start(0.0)
    for tenth in range(50):
        dog.saw(picture(1), tenth / 10)
        assert dog.complaint(tenth / 10) == ""
    dog.saw(picture(1), 5.0)
    assert "repeated" in dog.complaint(5.0)
    dog.saw(picture(2), 5.1)
    assert dog.complaint(5.1) == ""


def frozen_and_reopened() -> Watchdog:
    dog = Watchdog()
    dog.start(0.0)
    for second in range(6):
        dog.saw(picture(1), second)
    dog.start(10.0)
    return dog


def test_a_still_picture_that_is_there_again_is_believed() -> None:
    dog = frozen_and_reopened()
    for second in range(11, 60):
        dog.saw(picture(1), second)
        assert dog.complaint(second) == ""
    for second in range(60, 66):
        dog.saw(picture(2), second)
    assert "repeated" in dog.complaint(65)


def test_another_picture_after_reopening_is_watched_again() -> None:
    dog = frozen_and_reopened()
    for second in range(11, 17):
        dog.saw(picture(3), second)
    assert "repeated" in dog.complaint(16)


@settings(deadline=None)
@given(st.integers(2, 200), st.floats(1, 120))
def test_the_rate_is_measured(count: int, fps: float) -> None:
    rate = Rate()
    for index in range(count):
        rate.saw(index / fps)
    now_s = (count - 1) / fps
    seen = sum(index / fps >= now_s - 2.0 for index in range(count))
    assert rate.fps(now_s) == (pytest.approx(fps) if seen >= 2 else 0)
    assert rate.fps(now_s + 3) == 0


@settings(deadline=None)
@given(st.integers(0, 39), st.integers(0, 49), st.integers(0, 2))
def test_one_byte_makes_a_difference(row: int, column: int, channel: int) -> None:
    first, second = picture(7), picture(7)
    assert same_picture(first, second)
    second[row, column, channel] = 8
    assert not same_picture(first, second)
    assert not same_picture(first, first[:20])


@pytest.mark.parametrize(
    ("fault", "words"),
    [(InputError("it is gone."), "it is gone"), (OSError("a bus\n  error"), "OSError: a bus error")],
)
def test_why_a_source_failed_is_told_on_one_line(fault: Exception, words: str) -> None:
    assert reason(fault) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "trying again in 1 s"), (7.1, "trying again in 8 s"), (0.0, "trying again now")],
)
def test_when_a_source_is_tried_again_is_told_in_whole_seconds(seconds: float, words: str) -> None:
    assert tries_in(seconds) == words
