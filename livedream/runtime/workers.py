"""Workers: the threads of a session, which end together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping

from livedream.beside import step_back

JOIN_S = 1.0
"""How long a thread may take to end before it is left behind."""


class Workers:
    """Runs work in threads until `stop` is set; an error in any of them sets it, too.

    stopped: called each time an end is asked for, from any thread, to wake who waits for something else.
    """

    def __init__(self, stopped: Callable[[], None]) -> None:
        self.stop = threading.Event()
        self._stopped = stopped
        self._threads: list[threading.Thread] = []
        self._fault: BaseException | None = None

    @property
    def are_running(self) -> bool:
        """Return whether they were started and nobody has asked for the end."""
        return bool(self._threads) and not self.stop.is_set()

    def start(self, works: Mapping[str, Callable[[], None]], giving_way: Collection[str] = ()) -> None:
        """Start a thread for each work, by its name; returns at once. giving_way: those that `step_back`."""
        self._threads = [
            threading.Thread(target=self._guard, args=(work, name in giving_way), name=name, daemon=True)
            for name, work in works.items()
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Ask all to end; returns at once."""
        self.stop.set()
        self._stopped()

    def join(self) -> None:
        """Ask all to end and wait for it."""
        self.end()
        for thread in self._threads:
            thread.join(JOIN_S)

    def left(self, *names: str) -> list[threading.Thread]:
        """Return those of the threads of these names that `join` has left behind."""
        return [thread for thread in self._threads if thread.name in names and thread.is_alive()]

    def note(self, fault: BaseException) -> None:
        """Take note of an error; the first one counts."""
        self._fault = self._fault or fault

    def raise_fault(self) -> None:
        """Raise the first error, if there was one."""
        if self._fault is not None:
            raise self._fault

    def _guard(self, work: Callable[[], None], gives_way: bool) -> None:
        try:
            if gives_way:
                step_back()
            work()
        except BaseException as fault:  # reaches the owner through raise_fault()
            self.note(fault)
            self.end()
