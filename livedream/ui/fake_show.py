"""A show without a session: the fakes that the window's tests and demonstrations use."""

from __future__ import annotations

from livedream.frame import Rgb, Shown
from livedream.runtime.status import Status


class FakeShow:
    """Shows what it is given; counts what it is asked."""

    def __init__(self, status: Status | None = None) -> None:
        self.told = status or Status(running=True)
        self.ended = False
        self.stops = 0
        self.polls = 0
        self._latest: Shown | None = None

    def give(self, rgb: Rgb, *, is_slate: bool = False) -> None:
        """Make `rgb` (uint8 HxWx3) the newest frame."""
        self._latest = Shown((self._latest.number + 1) if self._latest else 0, rgb, is_slate)

    def latest(self) -> Shown | None:
        """Return the newest frame; None so far."""
        self.polls += 1
        return self._latest

    def status(self) -> Status:
        """Return the status that was set."""
        return self.told

    def stop(self) -> None:
        """Count the wish to stop, and end."""
        self.stops += 1
        self.ended = True


class FakeDesk:
    """Notes the moves that it is asked for and repeats them."""

    def __init__(self) -> None:
        self.moves: list[str] = []

    def do(self, move: str) -> str:
        """Record a move, and return it."""
        self.moves.append(move)
        return move
