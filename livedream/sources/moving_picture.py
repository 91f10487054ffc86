"""Whether a picture's file holds several that are to be shown one after the other."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

SEQUENCES = (b"avis", b"msf1", b"hevc", b"heis")
"""Brands of AVIF and HEIF for pictures that move (ISO 23008-12, annex B; AV1 image file format, 6.2)."""

MOST_CHUNKS = 4096


def moves(path: Path) -> bool:
    """Return whether a PNG, WebP, AVIF or HEIF is animated, wherever in the file it says so.

    Raises OSError.
    """
    with path.open("rb") as file:
        start = file.read(64)
        if start.startswith(b"\x89PNG"):
            file.seek(8)
            return _png_moves(file)
    if start[8:16] == b"WEBPVP8X":
        return bool(start[20:21] and start[20] & 2)
    if start[4:8] == b"ftyp":
        end = min(int.from_bytes(start[:4], "big"), len(start))
        return any(start[place : place + 4] in SEQUENCES for place in (8, *range(16, end, 4)))
    return False


def _png_moves(file: BinaryIO) -> bool:
    """Return whether a PNG has the chunk of an animation before its pixels; any may stand before it."""
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return False
        length, kind = struct.unpack(">I4s", head)
        if kind in (b"acTL", b"IDAT"):
            return bool(kind == b"acTL")
        file.seek(length + 4, 1)
    return False
