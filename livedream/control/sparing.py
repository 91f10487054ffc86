"""A voice that does not repeat itself: what goes wrong sixty times a second is said once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from livedream.clock import Clock

KEPT = 256
"""Things that are remembered as said; a flood of different ones is cut off there."""


class Sparing:
    """Says a sentence on each thing at most once in `every_s` seconds; any thread may speak."""

    def __init__(self, tell: Callable[[str], None], clock: Clock, every_s: float = 1.0) -> None:
        self._tell, self._clock, self._every_s = tell, clock, every_s
        self._said_s: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def say(self, thing: Hashable, sentence: str) -> bool:
        """Speak a sentence unless one on this thing was told just now; return whether it was."""
        now_s = self._clock.now_s()
        with self._lock:
            if now_s - self._said_s.get(thing, -self._every_s) < self._every_s:
                return False
            if thing not in self._said_s and len(self._said_s) >= KEPT:
                self._forget(now_s)
                if len(self._said_s) >= KEPT:
                    return False
            self._said_s[thing] = now_s
        self._tell(sentence)
        return True

    def _forget(self, now_s: float) -> None:
        recent = {thing: at for thing, at in self._said_s.items() if now_s - at < self._every_s}
        self._said_s = recent
