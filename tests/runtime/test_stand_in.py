from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.health import Health
from livedream.runtime.stand_in import LOST_S, StandIn
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
def stand_in(source: Any, clock: ManualClock) -> StandIn:
    return StandIn(SIZE_WH, source, clock)


def says(rgb: Any, sentence: str) -> bool:
    return rgb is not None and np.array_equal(rgb, slate(SIZE_WH, "livedream", [sentence]))


def test_before_the_first_dream_it_says_that_it_warms_up(
    stand_in: StandIn, source: Any, clock: ManualClock
) -> None:
    assert says(stand_in(), "warming up")
    source.health = LOST
    clock.advance(60.0)
    assert says(stand_in(), "warming up")
    stand_in.note(clock.now_s())
    assert stand_in() is None


def test_a_source_that_is_well_is_not_stood_in_for_however_long_it_is_silent(
    stand_in: StandIn, clock: ManualClock
) -> None:
    stand_in.note(clock.now_s())
    clock.advance(3600.0)
    assert stand_in() is None


def test_a_lost_source_is_stood_in_for_after_its_time_until_it_is_dreamed_again(
    stand_in: StandIn, source: Any, clock: ManualClock
) -> None:
    stand_in.note(clock.now_s())
    source.health = LOST
    clock.advance(LOST_S - 0.01)
    assert stand_in() is None
    clock.advance(0.02)
    assert says(stand_in(), LOST.message)
    stand_in.note(clock.now_s())
    assert stand_in() is None


def test_a_slate_is_drawn_once_and_anew_when_it_says_something_else(
    stand_in: StandIn, source: Any, clock: ManualClock
) -> None:
    stand_in.note(clock.now_s())
    source.health = LOST
    clock.advance(LOST_S)
    assert stand_in() is stand_in()
    source.health = Health("stale", "it is tried again in 4 s")
    assert says(stand_in(), "it is tried again in 4 s")
