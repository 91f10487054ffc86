from __future__ import annotations

import threading
import time

import pytest

from livedream.clock import ManualClock
from livedream.runtime.faults.clocks import JUMP_S, JumpingClock, earlier_time_of_day
from livedream.runtime.faults.injector import Injector

NOW_S = 1_700_000_000.0


def test_the_clock_of_a_show_jumps_by_an_hour_each_time_and_goes_on_from_there() -> None:
    real, injector = ManualClock(5.0), Injector()
    clock = JumpingClock(real, injector)
    assert clock.now_s() == 5.0
    injector.begin("clock-forwards")
    assert clock.now_s() == 5.0 + JUMP_S
    real.advance(2.0)
    assert clock.now_s() == 7.0 + JUMP_S
    injector.end("clock-forwards")
    assert clock.now_s() == 7.0 + JUMP_S, "a clock of a show never goes back"
    injector.begin("clock-forwards")
    assert clock.now_s() == 7.0 + 2 * JUMP_S
    assert real.now_s() == 7.0


def test_whoever_waits_by_a_clock_that_jumped_waits_as_long_as_before() -> None:
    real, injector, stop = ManualClock(), Injector(), threading.Event()
    clock = JumpingClock(real, injector)
    injector.begin("clock-forwards")
    assert not clock.wait(stop, 3.0)
    assert real.now_s() == 3.0
    stop.set()
    assert clock.wait(stop, 3.0)
    assert real.now_s() == 3.0


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(time, "time", lambda: NOW_S)
    return NOW_S


def test_the_time_of_day_is_an_hour_earlier_while_the_fault_is_on(noon: float) -> None:
    injector = Injector()
    local, an_hour_before = time.localtime(noon), time.localtime(noon - JUMP_S)
    with earlier_time_of_day(injector):
        assert (time.time(), time.localtime()) == (noon, local)
        injector.begin("clock-backwards")
        assert (time.time(), time.localtime()) == (noon - JUMP_S, an_hour_before)
        assert time.localtime(noon) == local, "what is asked for is not moved"
        injector.end("clock-backwards")
        assert (time.time(), time.localtime()) == (noon, local)


def test_the_time_of_day_is_given_back_whatever_ends_the_trial(noon: float) -> None:
    injector, real = Injector(), (time.time, time.localtime)

    def end_early() -> None:
        with earlier_time_of_day(injector):
            injector.begin("clock-backwards")
            raise RuntimeError("the show ended")

    with pytest.raises(RuntimeError, match="the show ended"):
        end_early()
    assert (time.time, time.localtime) == real
    assert time.time() == noon
