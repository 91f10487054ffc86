"""When frames are due: time stamps made steady, over gaps, jumps and loops."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

HIGHEST_FPS = 240.0
"""A higher rate in a file's header is looked at twice: many are the ticks of its clock."""

FASTEST_FPS = 1000.0
FALLBACK_FPS = 25.0

REPEATED_S = 0.5
"""Stamps that are equal or go back by no more are unsteady; those that go back further begin anew."""

SOONEST = 1 / 16
"""Of a frame: so soon after the one before is a frame due that catches up with its stamp."""


class Timeline:
    """Turn a stream's own time stamps into seconds from 0 that only grow.

    A frame without a stamp, or whose stamp goes back (streams joined into one), is due one nominal
    frame after the one before it, and the stamps after it are counted from there. One whose stamp is
    repeated is due then, too, but the stamps after it stay what they are, and so does the length.
    """

    def __init__(self, fps: float) -> None:
        self._frame_s = 1 / fps
        self._origin_s: float | None = None
        self._last_s: float | None = None
        self._newest_s: float | None = None
        self._end_s = 0.0

    @property
    def end_s(self) -> float:
        """Return when the last placed frame ends."""
        return self._end_s

    def place(self, stamp_s: float | None, duration_s: float | None = None) -> float:
        """Return when the frame stamped `stamp_s` is due; it stays for `duration_s`, or a nominal frame."""
        due_s = self._due(stamp_s)
        self._last_s = due_s
        self._end_s = due_s + (duration_s if duration_s and duration_s > 0 else self._frame_s)
        return due_s

    def restart(self) -> None:
        """Begin the stream again, where its last frame is over."""
        self._origin_s = self._last_s = self._newest_s = None

    def _due(self, stamp_s: float | None) -> float:
        if self._last_s is None:
            self._origin_s = None if stamp_s is None else stamp_s - self._end_s
            self._newest_s = stamp_s
            return self._end_s
        following_s = self._last_s + self._frame_s
        if stamp_s is None:
            return following_s
        if self._origin_s is None or stamp_s - self._origin_s < self._last_s - REPEATED_S:
            self._origin_s, self._newest_s = stamp_s - following_s, stamp_s
            return following_s
        if self._newest_s is not None and stamp_s <= self._newest_s:
            return following_s
        self._newest_s = stamp_s
        return max(stamp_s - self._origin_s, self._last_s + SOONEST * self._frame_s)


class Pace:
    """Lets pictures that arrive in bursts pass in their own time."""

    def __init__(self, longest_wait_s: float = 1.0, latest_s: float = 0.25) -> None:
        """Set the limits; longest_wait_s: of any picture; latest_s: a later picture restarts the clock."""
        self._longest_wait_s, self._latest_s = longest_wait_s, latest_s
        self._offset_s: float | None = None

    def wait_s(self, stamp_s: float, now_s: float) -> float:
        """Return how long the picture stamped `stamp_s` has to wait."""
        if self._offset_s is None or stamp_s + self._offset_s < now_s - self._latest_s:
            self._offset_s = now_s - stamp_s
        return min(max(0.0, stamp_s + self._offset_s - now_s), self._longest_wait_s)


def nominal_fps(declared: float | None, stamps_s: Sequence[float]) -> float:
    """Return the frame rate, above 0 and at most 1000.

    The declared one if it makes sense (up to 240); else from the median distance of the first frames' stamps;
    else (a single frame, no stamps) 25.
    """
    if declared and 0 < declared <= HIGHEST_FPS:
        return declared
    gaps = [later - earlier for earlier, later in pairwise(stamps_s) if later > earlier]
    return min(FASTEST_FPS, 1 / median(gaps)) if gaps else FALLBACK_FPS
