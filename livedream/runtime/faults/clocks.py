"""A clock of a show that jumps when it is told to, and a time of day that does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from livedream.clock import Clock
from livedream.runtime.faults.injector import Injector

JUMP_S = 3600.0
"""How far a clock jumps."""


class JumpingClock:
    """Another clock, an hour ahead of it for each time that the fault has begun."""

    def __init__(self, clock: Clock, injector: Injector) -> None:
        self._clock, self._injector = clock, injector

    def now_s(self) -> float:
        """Return the time in seconds."""
        return self._clock.now_s() + JUMP_S * self._injector.times_begun("clock-forwards")

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait until `stop` is set or `seconds` have passed; True if `stop` is set."""
        return self._clock.wait(stop, seconds)


@contextmanager
def earlier_time_of_day(injector: Injector) -> Iterator[None]:
    """Let the time of day of this process be an hour earlier while the fault is on."""

    def earlier(now: Callable[[], float]) -> Callable[[], float]:
        return lambda: now() - JUMP_S * injector.is_on("clock-backwards")

    real = time.time, time.localtime
    time.time = now = earlier(time.time)
    time.localtime = lambda seconds=None: real[1](now() if seconds is None else seconds)
    try:
        yield
    finally:
        time.time, time.localtime = real
