"""The source of a show, which may be exchanged for another one while it is read."""

from __future__ import annotations

import threading
from dataclasses import replace

from livedream.frame import Frame
from livedream.health import Health
from livedream.sources.source import Source, SourceInfo

CLOSING_S = 1.0
"""How long closing waits for a source that is still being closed after it was exchanged."""


class CurrentSource:
    """Reads whichever source is the current one; each new one is another shot of its frames."""

    def __init__(self, source: Source) -> None:
        self._now = source, 0
        self._closed = False
        self._changing = threading.Lock()
        self._closers: list[threading.Thread] = []

    @property
    def source(self) -> Source:
        """Return the source that is read."""
        return self._now[0]

    @property
    def info(self) -> SourceInfo:
        """Return its name, size and rate."""
        return self.source.info

    @property
    def health(self) -> Health:
        """Return its health."""
        return self.source.health

    def exchange(self, source: Source) -> None:
        """Read another source from the next frame on; any thread. The one before is closed in another one.

        Once this is closed, the new one is closed at once.
        """
        with self._changing:
            if self._closed:
                source.close()
                return
            before, shot = self._now
            self._now = source, shot + 1
            closer = threading.Thread(target=before.close, name="closing a source", daemon=True)
            self._closers = [one for one in self._closers if one.is_alive()] + [closer]
            closer.start()

    def read(self, stop: threading.Event) -> Frame | None:
        """Return the next frame; None when the current source has ended, or soon after `stop` is set.

        Raises SourceError if the current source cannot ever deliver again.
        """
        while not stop.is_set():
            source, shot = self._now
            try:
                frame = source.read(stop)
            except Exception:
                if self._now[0] is source:
                    raise
                continue  # of one that is left, nobody wants to know
            if self._now[0] is source:
                return None if frame is None else replace(frame, shot=shot)
        return None

    def close(self) -> None:
        """Close the source, and wait for those that are being closed."""
        with self._changing:
            self._closed = True
            closers = list(self._closers)
        self.source.close()
        for closer in closers:
            closer.join(CLOSING_S)
