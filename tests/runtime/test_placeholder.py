from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.health import Health
from livedream.runtime.flash_limiter import PAUSE_S, WINDOW_S
from livedream.runtime.placeholder import LOST_S, PlaceholderFrames
from livedream.sinks.slate import slate

SIZE_WH = (160, 90)
LOST = Health("stale", "the camera is gone, trying again")


@pytest.fixture
def source(make_source: Callable[..., Any]) -> Any:
    return make_source()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(100.0)


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def placeholder(source: Any, clock: ManualClock, told: list[str]) -> PlaceholderFrames:
    return PlaceholderFrames(SIZE_WH, source, clock, told.append)


def says(rgb: Any, sentence: str) -> bool:
    return rgb is not None and np.array_equal(rgb, slate(SIZE_WH, "livedream", [sentence]))


def test_before_the_first_dream_it_says_that_it_warms_up(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock
) -> None:
    assert says(placeholder(), "warming up")
    source.health = LOST
    clock.advance(60.0)
    assert says(placeholder(), "warming up")
    placeholder.note(clock.now_s(), clock.now_s())
    assert placeholder() is None


def test_a_source_that_is_well_is_not_stood_in_for_however_long_it_is_silent(
    placeholder: PlaceholderFrames, clock: ManualClock
) -> None:
    placeholder.note(clock.now_s(), clock.now_s())
    clock.advance(3600.0)
    assert placeholder() is None


def test_a_lost_source_is_stood_in_for_after_its_time_until_it_is_dreamed_again(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock
) -> None:
    placeholder.note(clock.now_s(), clock.now_s())
    source.health = LOST
    clock.advance(LOST_S - 0.01)
    assert placeholder() is None
    clock.advance(0.02)
    assert says(placeholder(), LOST.message)
    placeholder.note(clock.now_s(), clock.now_s())
    assert placeholder() is None


def test_a_frame_that_was_on_its_way_when_the_source_was_lost_does_not_end_the_slate(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock
) -> None:
    captured_s = clock.now_s()
    placeholder.note(clock.now_s(), captured_s)
    source.health = LOST
    clock.advance(LOST_S + 0.01)
    assert says(placeholder(), LOST.message)
    clock.advance(1.0)
    placeholder.note(clock.now_s(), captured_s + 0.1)  # a busy machine takes seconds for a frame
    assert says(placeholder(), LOST.message)
    placeholder.note(clock.now_s(), clock.now_s())
    assert placeholder() is None


def test_a_slate_is_drawn_once_and_anew_when_it_says_something_else(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock
) -> None:
    placeholder.note(clock.now_s(), clock.now_s())
    source.health = LOST
    clock.advance(LOST_S + 0.01)
    assert placeholder() is placeholder()
    source.health = Health("stale", "it is tried again in 4 s")
    assert says(placeholder(), "it is tried again in 4 s")


@pytest.mark.parametrize("fps", [7.0, 2.0])
def test_a_camera_in_dim_light_does_not_flicker_between_picture_and_slate(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock, fps: float
) -> None:
    source.health = LOST  # the worst case: it is thought to be lost, and yet frames come
    for _ in range(20):
        placeholder.note(clock.now_s(), clock.now_s())
        clock.advance(1 / fps)
        assert placeholder() is None


def test_a_slate_is_counted_as_a_flash_and_a_slow_dream_not_as_too_many() -> None:
    assert PAUSE_S <= LOST_S
    assert 2 * PAUSE_S > WINDOW_S


def test_a_loss_is_told_once_and_the_return_once(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock, told: list[str]
) -> None:
    for silent_s in (LOST_S + 0.01, 0.01):
        source.health = Health("live")
        placeholder.note(clock.now_s(), clock.now_s())
        source.health = LOST
        placeholder.note(clock.now_s(), clock.now_s())  # it was captured before
        clock.advance(silent_s)
        placeholder()
        source.health = Health("live")  # it opens and is lost again, with nothing dreamed meanwhile
        placeholder()
        source.health = Health("stale", "the camera is gone, trying again in 4 s")
        placeholder()
    source.health = Health("live")
    placeholder.note(clock.now_s(), clock.now_s())
    assert told == [LOST.message, "drifting is back"] * 2


def test_the_end_of_a_source_is_no_loss(
    placeholder: PlaceholderFrames, source: Any, clock: ManualClock, told: list[str]
) -> None:
    placeholder.note(clock.now_s(), clock.now_s())
    source.health = Health("off", "it is closed")
    clock.advance(LOST_S + 0.01)
    assert says(placeholder(), "it is closed")
    assert told == []
