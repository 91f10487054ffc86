from __future__ import annotations

import threading
import time

import pytest

from livedream.clock import SystemClock


class SpedUpClock(SystemClock):
    """The machine's clock, so many times as fast."""

    def __init__(self, times: float) -> None:
        self._times = times

    def now_s(self) -> float:
        return time.perf_counter() * self._times

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return super().wait(stop, seconds / self._times)


@pytest.fixture(scope="session")
def fast_clock() -> SpedUpClock:
    return SpedUpClock(8.0)
