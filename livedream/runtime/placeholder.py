"""What stands in for the dream while there is nothing to dream."""

from __future__ import annotations

import threading
from collections.abc import Callable

from livedream.clock import Clock
from livedream.frame import Rgb
from livedream.sinks.slate import slate
from livedream.sources.source import Source

LOST_S = 0.55
"""A lost source that has been silent this long is replaced by a slate: people are to see it within a second.

The flash limiter counts each such pause as a flash. More than half of its second, so that a dream of two
frames a second, which pauses as long each time, is not taken for three flashes."""


class PlaceholderFrames:
    """Gives the slate that a constant-rate sink sends, if it has to send one; any thread.

    tell: is told once why a source is lost, and that it is back.
    """

    def __init__(
        self, size_wh: tuple[int, int], source: Source, clock: Clock, tell: Callable[[str], None]
    ) -> None:
        self._size_wh, self._source, self._clock, self._tell = size_wh, source, clock, tell
        self._is_lost, self._changing = False, threading.Lock()
        self._dreamed_s: float | None = None
        self._slated_s: float | None = None
        self._slates: dict[str, Rgb] = {}

    def note(self, now_s: float, captured_s: float) -> None:
        """Take note that a frame was dreamed; one that was captured before a slate does not end that."""
        if self._slated_s is None or captured_s >= self._slated_s:
            self._dreamed_s = now_s
        if self._source.health.ok and self._turns_lost(False):
            self._tell(f"{self._source.info.name} is back")

    def __call__(self) -> Rgb | None:
        """Return a slate before the first dream and while the source is lost, else None."""
        if self._dreamed_s is None:
            return self._slate("warming up")
        health = self._source.health
        silent_s = self._clock.now_s() - self._dreamed_s
        if health.ok:
            self._slated_s = None
            return None
        if health.state != "off" and self._turns_lost(True):
            self._tell(health.message)
        if silent_s < LOST_S:
            return None
        self._slated_s = self._clock.now_s() if self._slated_s is None else self._slated_s
        return self._slate(health.message)

    def _turns_lost(self, is_lost: bool) -> bool:
        """Note whether the source is lost; return whether that is new."""
        with self._changing:
            was_lost, self._is_lost = self._is_lost, is_lost
            return was_lost != is_lost

    def _slate(self, sentence: str) -> Rgb:
        if sentence not in self._slates:
            self._slates = {sentence: slate(self._size_wh, "livedream", [sentence])}
        return self._slates[sentence]
