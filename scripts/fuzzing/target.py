"""What is fuzzed: a name, valid samples, and what reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from livedream.errors import LivedreamError

Sample = tuple[str, bytes]
"""The name of a file, and what is in it."""

Read = Callable[[str, bytes], None]
"""Reads a mutant that would have that name. Raises what its target allows, and nothing else."""


class Target(NamedTuple):
    """A reader of what others have made.

    samples: makes valid ones, in a folder. reader: prepares to read, in a folder of its own. cases: how many
    are tried if nobody says. refuses: what a reader may raise for what it does not take.
    """

    name: str
    samples: Callable[[Path], list[Sample]]
    reader: Callable[[Path], Read]
    cases: int = 10_000
    refuses: tuple[type[Exception], ...] = (LivedreamError,)


def from_file(read: Callable[[Path], object]) -> Callable[[Path], Read]:
    """Return what prepares a reader of files: each mutant is written before it is read."""

    def prepared(folder: Path) -> Read:
        def reads(name: str, content: bytes) -> None:
            file = folder / name
            file.write_bytes(content)
            read(file)

        return reads

    return prepared
