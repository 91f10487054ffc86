"""What the window needs of a show: something to look at, and where it is changed by hand."""

from __future__ import annotations

from typing import Protocol

from livedream.frame import Rgb
from livedream.runtime.status import Status


class Show(Protocol):
    """A running session, as the window sees it."""

    def latest(self) -> tuple[int, Rgb] | None:
        """Return (sequence number, newest finished frame uint8 HxWx3); None so far; cheap, any thread."""
        ...

    def status(self) -> Status:
        """Return the session's status."""
        ...

    def stop(self) -> None:
        """Ask the session to end; returns at once."""
        ...

    @property
    def ended(self) -> bool:
        """Return whether the session has ended: end of file, error, stop."""
        ...


class Commands(Protocol):
    """Where the show is changed by hand, as the window sees it."""

    def do(self, name: str) -> str:
        """Do a command; return a few words on the new state."""
        ...
