"""When a device counts as lost, when it is tried again, and how fast it really delivers."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.errors import LivedreamError

OPENING_S = 10.0
"""A device that is being opened may take this long to send its first picture; some on Windows do."""

SILENT_S = 2.0
FROZEN_S = 5.0
"""After so long without a picture, or with the same picture byte for byte, a device counts as lost."""

RATE_WINDOW_S = 2.0


class Backoff:
    """Waits between tries: `first_s`, then twice as long each time, at most `longest_s`."""

    def __init__(self, first_s: float = 0.5, longest_s: float = 8.0) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Return how long to wait before the next try."""
        wait_s, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return wait_s

    def reset(self) -> None:
        """Begin with the short wait again: a try has worked."""
        self._next_s = self._first_s


class Watchdog:
    """Judges by the pictures that come whether a device is still alive.

    Some drivers go on giving their last picture after an unplug. But a virtual camera may show a
    still picture: if the same picture is there again after reopening, it is taken for one.
    """

    def __init__(self) -> None:
        self._picture: NDArray[Any] | None = None
        self._frozen: NDArray[Any] | None = None
        self._started_s = self._seen_s = self._changed_s = 0.0

    @property
    def has_seen(self) -> bool:
        """Return whether a picture has come since the last start."""
        return self._picture is not None

    def start(self, now_s: float) -> None:
        """Begin to wait for the first picture of a device that is being opened."""
        self._started_s = now_s
        if self._picture is not None:
            self._frozen = self._picture
        self._picture = None

    def saw(self, picture: NDArray[Any], now_s: float) -> None:
        """Take note of a picture."""
        self._seen_s = now_s
        if self._picture is None or not same_picture(self._picture, picture):
            self._changed_s = now_s
            if self._frozen is not None and not same_picture(self._frozen, picture):
                self._frozen = None
        self._picture = picture

    def complaint(self, now_s: float) -> str:
        """Return what is wrong ("has sent ..."), "" if nothing is."""
        if self._picture is None:
            is_late = now_s - self._started_s >= OPENING_S
            return f"has sent no picture {OPENING_S:g} s after it was opened" if is_late else ""
        if now_s - self._seen_s >= SILENT_S:
            return f"has sent no picture for {SILENT_S:g} s"
        if self._frozen is None and now_s - self._changed_s >= FROZEN_S:
            return f"has repeated the same picture for {FROZEN_S:g} s"
        return ""


class Rate:
    """Counts how many pictures a second came lately."""

    def __init__(self, window_s: float = RATE_WINDOW_S) -> None:
        self._window_s = window_s
        self._times_s: deque[float] = deque()

    def saw(self, now_s: float) -> None:
        """Count one picture."""
        self._times_s.append(now_s)
        self._forget(now_s)

    def fps(self, now_s: float) -> float:
        """Return the pictures per second over the last window; 0 if fewer than two came."""
        self._forget(now_s)
        if len(self._times_s) < 2:
            return 0.0
        span_s = self._times_s[-1] - self._times_s[0]
        return (len(self._times_s) - 1) / span_s if span_s > 0 else 0.0

    def clear(self) -> None:
        """Restart the measurement."""
        self._times_s.clear()

    def _forget(self, now_s: float) -> None:
        while self._times_s and self._times_s[0] < now_s - self._window_s:
            self._times_s.popleft()


def same_picture(first: NDArray[Any], second: NDArray[Any]) -> bool:
    """Return whether two pictures are equal byte for byte; a coarse grid settles most cases at once."""
    if first is second:
        return True
    if first.shape != second.shape or first.dtype != second.dtype:
        return False
    grid = slice(None, None, 16)
    return np.array_equal(first[grid, grid], second[grid, grid]) and np.array_equal(first, second)


def reason(fault: Exception) -> str:
    """Return why a source failed, on one line; what a driver raises is named by its kind, too."""
    words = " ".join(str(fault).split())
    return words.rstrip(".") if isinstance(fault, LivedreamError) else f"{type(fault).__name__}: {words}"


def tries_in(seconds: float) -> str:
    """Return when a source is tried again, in words."""
    return f"trying again in {max(1, math.ceil(seconds))} s" if seconds > 0 else "trying again now"
