"""A lock on an unfinished output: one process at a time writes it, and a dead one keeps nobody out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from livedream.errors import InputError

LOCK = "lock"
"""What the file in the unfinished output's folder is called."""


class RenderLock:
    """Hold a folder for this process until `release`; the system takes a lock back when its process ends."""

    def __init__(self, folder: Path) -> None:
        """Take it; makes the folder. Raises InputError if another process has it, OSError."""
        self._file = _taken(folder)

    def release(self) -> None:
        """Give it back; calling it twice does no harm."""
        self._file.close()


def _taken(folder: Path) -> IO[bytes]:
    path = folder / LOCK
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        if not _try_lock(file):
            file.close()
            raise InputError(
                f"{folder} is being rendered by another livedream; wait for it, or choose another output"
            )
        if _is_still(path, file):
            return file
        file.close()  # the other has finished meanwhile, and removed its folder


def _is_still(path: Path, file: IO[bytes]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
