"""Where time comes from, so that a test can be its master."""

from __future__ import annotations

import threading
import time
from typing import Protocol

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
"""Beats in a minute that a tempo can have."""


class Clock(Protocol):
    """Tells the time and waits."""

    def now_s(self) -> float:
        """Return the time in seconds; only differences are meaningful."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait until `stop` is set or `seconds` have passed; True if `stop` is set."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now_s(self) -> float:
        """Return the time in seconds since an arbitrary fixed moment."""
        return time.perf_counter()

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Wait until `stop` is set or `seconds` have passed; True if `stop` is set."""
        return stop.wait(max(0.0, seconds))


class ManualClock:
    """A clock that moves only when it is waited on or told to: the clock of the tests."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s
        self._lock = threading.Lock()

    def now_s(self) -> float:
        """Return the time that was set."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move time forward by `seconds` (>= 0)."""
        with self._lock:
            self._now_s += max(0.0, seconds)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """Move time forward by `seconds` at once; True if `stop` is set."""
        if not stop.is_set():
            self.advance(seconds)
        return stop.is_set()
