"""Echo: decides what a controller with lights, faders or a screen is told of changes that others make."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOVING_S = 0.25
"""A knob that was moved so recently is in somebody's hand: it is not told where it should be."""

PER_S = 30.0
"""At most so often a second each key is told of."""


class Echo(Generic[K, V]):
    """Collects keys that have changed and gives out what the controller does not know yet.

    Any thread may mark and hear; one thread takes what is due.
    """

    def __init__(self, per_s: float = PER_S, moving_s: float = MOVING_S) -> None:
        self._period_s, self._moving_s = 1 / per_s, moving_s
        self._marked: set[K] = set()
        self._heard_s: dict[K, float] = {}
        self._sent_s: dict[K, float] = {}
        self._known: dict[K, V] = {}
        self._lock = threading.Lock()

    def mark(self, keys: Iterable[K]) -> None:
        """Take note that what stands behind these keys may have changed."""
        with self._lock:
            self._marked.update(keys)

    def heard(self, key: K, now_s: float, value: V | None = None) -> None:
        """Take note that the controller has moved a key itself, to a value if that is known.

        It is looked at again when the hand is off: where it was moved to may not be what stands.
        """
        with self._lock:
            self._heard_s[key] = now_s
            self._marked.add(key)
            if value is None:
                self._known.pop(key, None)
            else:
                self._known[key] = value

    def forget(self) -> None:
        """Forget what the controller knows: it was plugged in anew."""
        with self._lock:
            self._marked |= set(self._known)
            self._known.clear()
            self._sent_s.clear()

    def due(self, now_s: float, value_of: Callable[[K], V]) -> list[tuple[K, V]]:
        """Return what is to be sent now, the newest values; what came too soon stays for later."""
        with self._lock:
            ready = [key for key in self._marked if self._is_ready(key, now_s)]
            self._marked.difference_update(ready)
        values = [(key, value_of(key)) for key in ready]
        with self._lock:
            news = [(key, value) for key, value in values if self._known.get(key) != value]
            self._known.update(news)
            self._sent_s.update((key, now_s) for key, _ in news)
        return news

    def _is_ready(self, key: K, now_s: float) -> bool:
        held = now_s - self._heard_s.get(key, -self._moving_s) < self._moving_s
        soon = now_s - self._sent_s.get(key, -self._period_s) < self._period_s
        return not held and not soon
