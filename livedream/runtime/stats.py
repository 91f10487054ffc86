"""Counting what happens, with little to remember."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from livedream.runtime.status import Percentiles


class Meter:
    """Rate and duration of repeated events over the last `window_s` seconds."""

    def __init__(self, window_s: float = 2.0) -> None:
        self._window_s = window_s
        self._events: deque[tuple[float, float]] = deque(maxlen=16384)
        self._lock = threading.Lock()
        self.count = 0

    def note(self, now_s: float, value: float = 0.0) -> None:
        """Take note of an event at `now_s` with a value."""
        with self._lock:
            self.count += 1
            self._events.append((now_s, value))
            while self._events and self._events[0][0] < now_s - self._window_s:
                self._events.popleft()

    def clear(self) -> None:
        """Forget the events, not their count."""
        with self._lock:
            self._events.clear()

    def rate(self, now_s: float) -> float:
        """Return events per second, as of `now_s`; 0 for fewer than two."""
        with self._lock:
            recent = [at for at, _ in self._events if at >= now_s - self._window_s]
        if len(recent) < 2:
            return 0.0
        # A pause since the last event counts too, or a stalled camera would keep its rate.
        span = max(recent[-1] - recent[0], (now_s - recent[0]) * (len(recent) - 1) / len(recent))
        return (len(recent) - 1) / span if span > 0 else 0.0

    def percentiles(self, newest: int = 0) -> Percentiles:
        """Return the percentiles of the values; newest: of so many of the newest, 0 for all."""
        with self._lock:
            values = [value for _, value in self._events]
        return percentiles(values[-newest:])


def percentiles(values: list[float]) -> Percentiles:
    """Return the 50th, 95th and 99th percentile; zeros for no values."""
    if not values:
        return Percentiles()
    ordered = sorted(values)
    return Percentiles(*(_at(ordered, share) for share in (0.5, 0.95, 0.99)))


def _at(ordered: Sequence[float], share: float) -> float:
    """Return the value at a share of the way from the smallest to the largest, between two in proportion.

    It is what numpy's percentile returns, which loads modules at its first call: 60 ms in the first second of
    a show.
    """
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
