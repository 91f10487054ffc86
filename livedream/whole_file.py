"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any


def write_whole(file: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file so that it is there as a whole or not at all, whatever happens. Raises OSError."""
    with finished_or_gone(file) as beside:
        with beside.open("wb") as open_file:
            write(open_file)
        beside.replace(file)


def write_text(file: Path, text: str) -> None:
    """Write a text in place of an older one so that it outlives a power cut, too. Raises OSError."""

    def write(open_file: IO[bytes]) -> None:
        open_file.write(text.encode())
        open_file.flush()
        os.fsync(open_file.fileno())

    write_whole(file, write)


def unfinished(file: Path) -> Path:
    """Name what a file is called while it is being written."""
    return file.with_name(f".{file.name}.unfinished")


@contextmanager
def finished_or_gone(file: Path) -> Iterator[Path]:
    """Name the file that is written in place of `file`, and remove it if that fails."""
    beside = unfinished(file)
    try:
        yield beside
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
