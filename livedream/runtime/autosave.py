"""Autosave: what stands is written every few seconds, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from livedream.clock import Clock
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.saved_show_text import SavedShow

EVERY_S = 3.0


class Autosave:
    """Writes what `standing` returns whenever it has changed.

    tell: takes a sentence if that is not possible, once.
    """

    def __init__(
        self,
        standing: Callable[[], SavedShow],
        files: ShowFiles,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        self._standing, self._files, self._clock, self._tell = standing, files, clock, tell
        self._saved: SavedShow | None = None
        self._has_told = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="autosave", daemon=True)

    def start(self) -> None:
        """Save from now on."""
        self._thread.start()

    def close(self, *, is_good: bool) -> None:
        """Save for the last time. is_good: the show has ended as it should."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if is_good:
            self._try(self._files.end)
        else:
            self.save()

    def save(self) -> None:
        """Save what stands, if it has changed."""
        if self._standing() != self._saved:
            self._try(self._files.save)

    def _work(self) -> None:
        self.save()
        while not self._clock.wait(self._stop, EVERY_S):
            self.save()

    def _try(self, write: Callable[[SavedShow], None]) -> None:
        show = self._standing()
        try:
            write(show)
        except OSError as fault:
            if not self._has_told:
                self._tell(f"the show cannot be saved in {self._files.folder}: {fault.strerror}")
            self._has_told = True
            return
        self._saved = show
