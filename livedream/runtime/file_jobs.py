"""Files written on a thread of their own, so that neither the dream nor a window waits for a disk."""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from livedream.errors import LivedreamError

Job = Callable[[], str]
"""Writes a file and returns a sentence that says where; raises LivedreamError."""

NICE = 10
"""How far its thread stands back at least, 0..19."""


class FileJobs:
    """Does jobs one after the other and tells what became of each.

    tell: takes sentences for people.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="files", daemon=True)
        self._fault: BaseException | None = None

    def add(self, job: Job) -> None:
        """Do a job when those before it are done; returns at once."""
        if not self._thread.is_alive():
            self._thread.start()
        self._jobs.put(job)

    def finish(self, timeout_s: float) -> bool:
        """Do what is left and end; False, which is told, if that takes longer.

        Raises the first that went wrong in a job's own code.
        """
        if self._thread.is_alive():
            self._jobs.put(None)
            self._thread.join(timeout_s)
            if self._thread.is_alive():
                self._tell(f"a file could not be written within {timeout_s:.0f} s and was left behind")
        if self._fault is not None:
            raise self._fault
        return not self._thread.is_alive()

    def _work(self) -> None:
        _stand_back()
        while (job := self._jobs.get()) is not None:
            try:
                self._tell(job())
            except LivedreamError as fault:
                self._tell(str(fault))
            except Exception as fault:  # a mistake in a job: reaches the session's owner; others are written
                self._fault = self._fault or fault
                self._tell(f"a file could not be written ({type(fault).__name__}: {fault})")


def _stand_back() -> None:
    """Lower the priority of this thread, where it has its own: what is written must not slow the dream."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # One that is nicer already stays so, as only root may change that; and no file fails for this.
        with suppress(OSError):
            if os.getpriority(os.PRIO_PROCESS, thread) < NICE:
                os.setpriority(os.PRIO_PROCESS, thread, NICE)
