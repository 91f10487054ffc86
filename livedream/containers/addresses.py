"""Paths as FFmpeg takes them."""

from __future__ import annotations

from pathlib import Path


def file_address(path: Path | str) -> str:
    """Return a path as an address, so that a colon in a name such as 12:30.mp4 begins no protocol."""
    return f"file:{path}"
