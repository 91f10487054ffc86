"""Arrays that a render keeps beside its output, read back so that damage is only absence."""

from __future__ import annotations

import tokenize
import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    OverflowError,
    BadZipFile,
    zlib.error,
    tokenize.TokenError,
)
"""What NumPy and zipfile raise for a file that is cut off, damaged, or claims to be what they cannot read."""


def read_arrays(file: Path) -> dict[str, NDArray[Any]] | None:
    """Read what np.savez has written, by name; None if it is not there or damaged. No code in it is run."""
    try:
        # Opened here: for a damaged file numpy would leave it open.
        with file.open("rb") as open_file, np.load(open_file, allow_pickle=False) as kept:
            found = {name: kept[name] for name in kept.files}
    except (AttributeError, *_UNREADABLE):  # the first for a lone array, which is no archive
        return None
    return found if all(isinstance(array, np.ndarray) for array in found.values()) else None
