"""A lock on an output: one process at a time makes it, and a dead one keeps nobody out."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from livedream.errors import InputError

LOCK = "lock"
"""What the file in the unfinished output's folder is called."""

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What file systems fail with that lock nothing, as some of networks."""


def lock_beside(file: Path) -> Path:
    """Name the lock of an output that has no folder of its own."""
    return file.with_name(f".{file.name}.{LOCK}")


class RenderLock:
    """Hold an output for this process until `release`; the system takes a lock back when its process ends."""

    def __init__(self, path: Path, output: Path) -> None:
        """Take it by a file of its own, `path`; makes that file's folder.

        Raises InputError if another process has it, OSError.
        """
        self._path, self._file = path, _taken(path, output)

    def release(self) -> None:
        """Give it back, and remove its file; calling it twice does no harm."""
        if self._file.closed:
            return
        if sys.platform == "win32":  # which removes no file that is open
            self._file.close()
        with suppress(OSError):
            self._path.unlink()
        self._file.close()


def _taken(path: Path, output: Path) -> IO[bytes]:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        if not _try_lock_there(path, file, output):
            file.close()
            raise InputError(
                f"{output} is being rendered by another livedream; wait for it, or choose another output"
            )
        if _is_still(path, file):
            return file
        file.close()  # the other has finished meanwhile, and removed it


def _try_lock_there(path: Path, file: IO[bytes], output: Path) -> bool:
    try:
        return _try_lock(file)
    except OSError as fault:
        file.close()
        if fault.errno not in NO_LOCKS:
            raise
        path.unlink()
        if path.name == LOCK:
            with suppress(OSError):  # what lies there is not for this alone
                path.parent.rmdir()
        raise InputError(
            f"{output} lies on a file system without locks ({fault.strerror}), by which two renders are kept "
            "apart; render to another disk, and move the output there"
        ) from fault


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
