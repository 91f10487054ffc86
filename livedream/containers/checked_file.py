"""Whether what a person named is a file that can be read more than once."""

from __future__ import annotations

import stat
from pathlib import Path

from livedream.errors import InputError

_KINDS = (
    (stat.S_ISFIFO, "a pipe", "save what comes out of it as a file, and give that"),
    (stat.S_ISSOCK, "a socket", "give a file, or an address such as tcp://127.0.0.1:5000"),
    (stat.S_ISCHR, "a device", "give a file; a camera is given as camera:NAME"),
    (stat.S_ISBLK, "a disk", "give a file on it"),
)


def check_regular(path: Path) -> None:
    """Raise InputError for a pipe or a device: to open it may wait for ever, and it is read only once.

    What is not there is left to whoever opens it.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return
    for is_kind, kind, way_out in _KINDS:
        if is_kind(mode):
            raise InputError(f"{path} is {kind}, which cannot be read here: {way_out}.")


def is_there(path: Path) -> bool:
    """Return whether there is such a file; a name that no file can have, too long for one, is of none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
