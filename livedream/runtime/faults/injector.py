"""The switches of the faults: which are on, for the parts that can be made to fail."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict

from livedream.runtime.faults.kinds import FAULTS


class Injector:
    """Switches faults on and off; the parts of a rigged show ask it. Any thread.

    met: how often a part has met each fault in all, such as a camera that was opened in vain. felt: the
    faults that a part has come across while they were on.
    """

    def __init__(self) -> None:
        self.met: Counter[str] = Counter()
        self.felt: set[str] = set()
        self._begun: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._over: defaultdict[str, threading.Event] = defaultdict(_set)
        self._lock = threading.Lock()

    def begin(self, name: str) -> None:
        """Let a fault begin. Raises InputError for an unknown one."""
        FAULTS[name]
        with self._lock:
            self._over[name].clear()
            self._begun[name] += 1

    def end(self, name: str) -> None:
        """Let it end; what hangs in it goes on."""
        self._over[name].set()

    def end_all(self) -> None:
        """Let every fault end."""
        for name in list(self._over):
            self.end(name)

    def is_on(self, name: str) -> bool:
        """Return whether a fault is on."""
        is_on = not self._over[name].is_set()
        if is_on:
            self.felt.add(name)
        return is_on

    def meets(self, name: str) -> bool:
        """Return whether a fault is on, and count that a part has met it."""
        is_on = self.is_on(name)
        self.met[name] += is_on
        return is_on

    def meets_once(self, name: str) -> bool:
        """Return whether a fault is on that has begun since this was asked last."""
        with self._lock:
            is_new = self._begun[name] > self._answered[name]
            self._answered[name] = self._begun[name]
        return is_new and self.is_on(name)

    def times_begun(self, name: str) -> int:
        """Count how often a fault has begun."""
        return self._begun[name]

    def wait_out(self, name: str) -> None:
        """Hang for as long as a fault is on."""
        if self.is_on(name):
            self._over[name].wait()


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event
