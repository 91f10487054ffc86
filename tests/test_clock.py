import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import Clock, ManualClock, SystemClock


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock()])
def test_waiting_tells_whether_to_stop(clock: Clock) -> None:
    stop = threading.Event()
    assert clock.wait(stop, 0.001) is False
    stop.set()
    assert clock.wait(stop, 60.0) is True


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock(5.0)])
def test_time_never_goes_back(clock: Clock) -> None:
    before = clock.now_s()
    clock.wait(threading.Event(), -3.0)
    assert clock.now_s() >= before


def test_the_system_s_clock_waits_as_long_as_told() -> None:
    clock = SystemClock()
    before = clock.now_s()
    clock.wait(threading.Event(), 0.03)
    assert clock.now_s() - before > 0.02


def test_the_system_s_clock_is_woken_by_the_stop() -> None:
    stop, before = threading.Event(), time.perf_counter()
    threading.Timer(0.02, stop.set).start()
    assert SystemClock().wait(stop, 100.0) is True
    assert time.perf_counter() - before < 60.0


class Unwaited(threading.Event):
    """Nobody may wait for it."""

    def wait(self, timeout: float | None = None) -> bool:
        raise AssertionError(f"waited for {timeout} s")


@given(st.lists(st.floats(0, 100), max_size=8))
def test_the_manual_clock_moves_by_what_it_is_told_and_takes_no_time(seconds: list[float]) -> None:
    clock = ManualClock(7.0)
    for number, wait_s in enumerate(seconds):
        if number % 2:
            clock.advance(wait_s)
        else:
            clock.wait(Unwaited(), wait_s)
    assert clock.now_s() == pytest.approx(7.0 + sum(seconds))


def test_the_manual_clock_stands_still_otherwise() -> None:
    clock, stop = ManualClock(3.0), threading.Event()
    clock.advance(-2.0)
    stop.set()
    clock.wait(stop, 10.0)
    assert clock.now_s() == 3.0


def test_many_threads_may_move_the_manual_clock() -> None:
    clock = ManualClock()

    def move() -> None:
        for _ in range(500):
            clock.advance(1.0)

    threads = [threading.Thread(target=move) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.now_s() == 2000.0
