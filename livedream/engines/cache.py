"""Built engines on disk, so that the next start dreams at once."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

LARGEST_TOTAL_BYTES = 1 << 30
"""Beyond this the entries that were not used for longest are removed."""

MAGIC = b"livedrm1"


@dataclass(frozen=True, slots=True)
class Entry:
    """A built engine and what is known of it."""

    blob: bytes
    facts: dict[str, Any]


class EngineCache:
    """A folder of entries; each file is a header, JSON facts and the blob, its hash in the facts.

    Whatever is damaged or cut off is treated as absent, so the engine is built again.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or platformdirs.user_cache_path("livedream", appauthor=False) / "engines"

    def get(self, key: str) -> Entry | None:
        """Give the entry of a key; None if there is none or it is damaged."""
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):  # on a read-only disk the order of use stays as it is
            path.touch()
        return _parse(content, _name(key))

    def put(self, key: str, blob: bytes, facts: dict[str, Any]) -> None:
        """Store an entry in one step: a reader sees all of it or nothing. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {"sha256": hashlib.sha256(blob).hexdigest(), "key": _name(key)}
        head = json.dumps(facts | own).encode()
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(MAGIC + struct.pack("<Q", len(head)) + head)
                stream.write(blob)
            Path(name).replace(self._path(key))
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        self._prune()

    def _path(self, key: str) -> Path:
        return self.folder / f"{_name(key)}.engine"

    def _prune(self) -> None:
        entries = []
        for path in self.folder.glob("*.engine"):
            with suppress(OSError):  # another process may have removed it meanwhile
                entries.append((path.stat().st_mtime, path.stat().st_size, path))
        total = 0
        for _, size, path in sorted(entries, reverse=True):
            total += size
            if total > LARGEST_TOTAL_BYTES:
                with suppress(OSError):  # Windows keeps a file that is being read
                    path.unlink(missing_ok=True)


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _parse(content: bytes, name: str) -> Entry | None:
    try:
        (length,) = struct.unpack("<Q", content[8:16])
        facts = json.loads(content[16 : 16 + length])
        blob = content[16 + length :]
        own = facts["key"] == name and facts["sha256"] == hashlib.sha256(blob).hexdigest()
    except (struct.error, ValueError, KeyError, TypeError):
        return None
    return Entry(blob, facts) if own and content[:8] == MAGIC else None
