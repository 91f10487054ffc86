"""What delivers sound, block by block: a device, a file, or a test's array."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from livedream.audio.audio_spectrum import Samples, hop_length
from livedream.clock import Clock
from livedream.errors import SourceError

LATE_S = 0.5
"""Sound that is played so much too late is played on from now, not in haste."""


class Block(NamedTuple):
    """A block of sound. at_s: when its last sample sounded, by the clock of the show."""

    samples: Samples
    at_s: float


class AudioCapture(Protocol):
    """Something open that delivers sound at its own pace."""

    name: str
    rate_hz: float

    def read(self, stop: threading.Event) -> Block | None:
        """Wait for the next block; None once `stop` is set. Raises SourceError if there will be no more."""
        ...

    def close(self) -> None:
        """Release the device."""
        ...


class PlayedAudio:
    """Plays blocks that it is given in the time of a clock, as a device would deliver them.

    blocks: each as long as a hop of its rate.
    """

    def __init__(self, name: str, rate_hz: float, blocks: Iterator[Samples], clock: Clock) -> None:
        self.name, self.rate_hz = name, rate_hz
        self._blocks, self._clock = blocks, clock
        self._next_s = clock.now_s()

    def read(self, stop: threading.Event) -> Block | None:
        """Wait until the next block has sounded. Raises SourceError after the last one."""
        samples = next(self._blocks, None)
        if samples is None:
            raise SourceError(f"{self.name} has ended")
        self._next_s += len(samples) / self.rate_hz
        now_s = self._clock.now_s()
        if now_s - self._next_s > LATE_S:
            self._next_s = now_s
        if self._clock.wait(stop, self._next_s - now_s):
            return None
        return Block(samples, self._next_s)

    def close(self) -> None:
        """Hold nothing."""


def cut(samples: Samples, rate_hz: float) -> Iterator[Samples]:
    """Cut an array into blocks as a device delivers them; what is left at its end is left out."""
    length = hop_length(rate_hz)
    for start in range(0, len(samples) - length + 1, length):
        yield samples[start : start + length]
