"""What stands in for the dream while there is nothing to dream."""

from __future__ import annotations

from livedream.clock import Clock
from livedream.frame import Rgb
from livedream.sinks.slate import slate
from livedream.sources.source import Source

LOST_S = 0.55
"""A lost source that has been silent this long is replaced by a slate: people are to see it within a second.

The flash limiter counts each such pause as a flash. More than half of its second, so that a dream of two
frames a second, which pauses as long each time, is not taken for three flashes."""


class PlaceholderFrames:
    """Gives the slate that a constant-rate sink sends, if it has to send one."""

    def __init__(self, size_wh: tuple[int, int], source: Source, clock: Clock) -> None:
        self._size_wh, self._source, self._clock = size_wh, source, clock
        self._dreamed_s: float | None = None
        self._slates: dict[str, Rgb] = {}

    def note(self, now_s: float) -> None:
        """Take note that a frame was dreamed."""
        self._dreamed_s = now_s

    def __call__(self) -> Rgb | None:
        """Return a slate before the first dream and while the source is lost, else None."""
        if self._dreamed_s is None:
            return self._slate("warming up")
        health = self._source.health
        silent_s = self._clock.now_s() - self._dreamed_s
        return None if health.ok or silent_s < LOST_S else self._slate(health.message)

    def _slate(self, sentence: str) -> Rgb:
        if sentence not in self._slates:
            self._slates = {sentence: slate(self._size_wh, "livedream", [sentence])}
        return self._slates[sentence]
