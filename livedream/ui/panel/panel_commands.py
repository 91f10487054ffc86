"""What the panel asks of the show by name, and a show without a session for tests and demonstrations."""

from __future__ import annotations

from typing import Protocol


class Commands(Protocol):
    """Does what a performer asks for by name."""

    def do(self, name: str) -> str:
        """Do a command such as "blackout" or "reset all"; return a sentence on the new state."""
        ...


class FakeCommands:
    """Notes the commands that it is asked for, and repeats them."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def do(self, name: str) -> str:
        """Record a command, and return it."""
        self.done.append(name)
        return name
