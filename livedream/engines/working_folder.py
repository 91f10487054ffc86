"""A folder to run in: some libraries cannot be loaded from one that was deleted."""

from __future__ import annotations

import os
from pathlib import Path


def leave_deleted_folder() -> None:
    """Change to the root of the disk if the current folder was deleted.

    Names that are relative to it have failed by then: nothing is found or written elsewhere for it.
    """
    try:
        Path.cwd()
    except FileNotFoundError:
        os.chdir(os.sep)
