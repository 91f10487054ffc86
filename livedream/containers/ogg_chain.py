"""Ogg files that are several joined into one, each with headers of its own (RFC 3533, 4: chaining).

FFmpeg reads on into the next only if that sounds just like the one before, so each is opened by itself.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from pathlib import Path

PAGE = b"OggS"
BEGINS = 2
"""The flag of a page with which a stream begins (RFC 3533, 6)."""


class OggLink(io.RawIOBase):
    """A part of a file that reads as a file of its own, from byte `begin` to before `end`."""

    def __init__(self, path: Path, begin: int, end: int) -> None:
        """Open it. Raises OSError."""
        super().__init__()
        self._file = path.open("rb")
        self._begin, self._end = begin, end
        self._file.seek(begin)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position, in bytes from the beginning of the part."""
        return self._file.tell() - self._begin

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position; returns the new one."""
        start = {io.SEEK_SET: self._begin, io.SEEK_CUR: self._file.tell(), io.SEEK_END: self._end}[whence]
        self._file.seek(max(self._begin, start + offset))
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        """Read bytes, none behind the part's end."""
        left = max(0, self._end - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def ogg_links(path: Path) -> list[tuple[int, int]]:
    """List where the links of a chained Ogg begin and end, in bytes; empty for other files.

    Raises OSError.
    """
    with path.open("rb") as file:
        if file.read(4) != PAGE:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            begins = list(_begins(content))
            return [*zip(begins, [*begins[1:], len(content)], strict=True)] if len(begins) > 1 else []


def _begins(content: mmap.mmap) -> Iterator[int]:
    """Yield where a link begins: at a page that begins a stream, after one that does not."""
    place, began = 0, False
    while (place := content.find(PAGE, place)) >= 0 and place + 27 <= len(content):
        begins = bool(content[place + 5] & BEGINS)
        if begins and not began:
            yield place
        began = begins
        segments = content[place + 26]
        place += 27 + segments + sum(content[place + 27 : place + 27 + segments])
