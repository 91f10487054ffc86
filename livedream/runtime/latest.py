"""One slot between two threads, in place of a queue."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds the newest item; an item that is replaced before it was taken counts as dropped.

    lossless: `put` waits for the slot to be empty instead, so nothing is dropped.
    """

    def __init__(self, *, lossless: bool = False) -> None:
        self._lossless = lossless
        self._changed = threading.Condition()
        self._item: T | None = None
        self._sequence = 0
        self._taken = True
        self._takers = 0
        self._closed = False
        self.dropped = 0

    def put(self, item: T) -> None:
        """Offer an item; after `close` it is ignored."""
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: self._taken or self._closed)
            if self._closed:
                return
            self.dropped += not self._taken
            self._item, self._taken = item, False
            self._sequence += 1
            self._changed.notify_all()

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until `put` would not wait; False after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._lossless or self._taken or self._closed, timeout_s
            )

    def take(self, timeout_s: float | None = None) -> T | None:
        """Take an item that was not taken yet, waiting for it; None after `timeout_s` or at the end.

        The end is `close`; an item put before it is still given.
        """
        with self._changed:
            self._takers += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._taken or self._closed, timeout_s)
            self._takers -= 1
            if self._taken:
                return None
            self._taken = True
            self._changed.notify_all()
            return self._item

    def wait_for_taker(self) -> bool:
        """Wait until somebody waits for an item: one that is made then is never old; False after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: (self._takers > 0 and self._taken) or self._closed)
            return not self._closed

    def newer(self) -> T | None:
        """Take an item in place of the one taken before, which counts as dropped; None if there is none.

        Nothing is ever dropped from a lossless slot.
        """
        with self._changed:
            if self._lossless or self._taken:
                return None
            self.dropped += 1
        return self.take(0.0)

    def peek(self) -> tuple[int, T] | None:
        """Return (sequence number, newest item), taken or not; None before the first."""
        with self._changed:
            return None if self._item is None else (self._sequence, self._item)

    def close(self) -> None:
        """End it: nobody waits on it any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Return whether it is closed and its last item taken."""
        with self._changed:
            return self._closed and self._taken
