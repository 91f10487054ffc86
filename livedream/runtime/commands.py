"""Commands: what a performer does besides turning settings, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livedream.registry import Registry


@dataclass(frozen=True, slots=True)
class Command:
    """One action. help: for people. do: does it in any thread and returns a few words on the new state.

    immediate: it opens and waits for nothing, so that it can be done while others are still under way.
    """

    help: str
    do: Callable[[], str]
    immediate: bool = False


class Commands(Registry[Command]):
    """Commands by name; keys, buttons and messages all name the same ones."""

    def __init__(self) -> None:
        super().__init__("a command")

    def do(self, name: str) -> str:
        """Do a command; returns a few words on the new state. Raises InputError if there is none."""
        return self[name].do()
