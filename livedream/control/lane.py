"""Lane: a thread of its own for what may take long, so that nobody else has to wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

Work = Callable[[], None]


class Lane:
    """Does one piece of work at a time; the thread starts with the first one and waits for the next."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._changed = threading.Condition()
        self._work: Work | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Return whether work is being done, or is about to be."""
        return self._work is not None

    def put(self, work: Work) -> None:
        """Begin work, which must not raise. Raises RuntimeError while other work is being done."""
        with self._changed:
            if self._work is not None:
                raise RuntimeError(f"{self._name} is busy")
            self._work = work
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until nothing is being done; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._work is None, seconds)

    def close(self, seconds: float = 1.0) -> None:
        """End the thread; what takes longer than `seconds` is left behind."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._work is not None or self._closed)
                work = self._work
            if work is None:
                return
            try:
                work()
            finally:
                with self._changed:
                    self._work = None
                    self._changed.notify_all()


class DirectLane(Lane):
    """Does what it is given at once, in the very thread that gives it: for tests, and for who can wait."""

    def put(self, work: Work) -> None:
        """Do work."""
        work()
