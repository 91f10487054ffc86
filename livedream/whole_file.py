"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

SYSTEM = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))
"""Where names lead to what a process has open: /dev/stdout may be a file, to which others write, too."""


def write_whole(file: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file so that it is there as a whole or not at all, whatever happens. Raises OSError.

    A link stays, and what it leads to is replaced, by a file that the same people may read; a pipe or a
    device, such as /dev/stdout, is written into.
    """
    if _is_to_stay(file):
        with file.open("wb") as open_file:
            write(open_file)
        return
    target = _target(file)
    with finished_or_gone(target) as beside:
        with beside.open("wb") as open_file:
            write(open_file)
        if target.is_file():
            with suppress(OSError):  # a file system without permissions
                beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)


def check_whole(file: Path) -> None:
    """Raise OSError if `write_whole` could not even begin with a file; nothing is left of it."""
    if not _is_to_stay(file):
        with finished_or_gone(_target(file)) as beside:
            beside.open("wb").close()
            beside.unlink()


def write_lasting(file: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file as `write_whole` does, so that it outlives a power cut, too. Raises OSError."""

    def write_to_disk(open_file: IO[bytes]) -> None:
        write(open_file)
        open_file.flush()
        if not _is_to_stay(file):  # a pipe cannot be brought to a disk
            os.fsync(open_file.fileno())

    write_whole(file, write_to_disk)


def write_text(file: Path, text: str) -> None:
    """Write a text in place of an older one, as `write_lasting` does. Raises OSError."""
    write_lasting(file, lambda open_file: open_file.write(text.encode()))


def _target(file: Path) -> Path:
    """Return what a link leads to, of links in a circle itself."""
    return Path(os.path.realpath(file)) if file.is_symlink() else file


def _is_to_stay(file: Path) -> bool:
    """Return whether a name is no file of its own: a pipe, a device, or one that a process has open."""
    return (file.exists() and not file.is_file()) or file.parent in SYSTEM


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
