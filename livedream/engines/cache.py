"""Built engines on disk, so that the next start dreams at once."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import struct
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import platformdirs

from livedream.errors import EngineError

if TYPE_CHECKING:
    from livedream.engines.engine import Check, NumberFormat, Program

LARGEST_TOTAL_BYTES = 1 << 30
"""Beyond this the entries that were not used for longest are removed."""

MAGIC = b"livedrm1"

LARGEST_FACTS_BYTES = 1 << 20
"""A file whose facts claim to be longer is not livedream's."""

TRIAL_BYTES, ROOM_BYTES = 1 << 16, 64 << 20
"""So much is written to see whether that works, as quotas show only then; so much must be free for an
engine."""

LONGEST_S = 1e6
"""No build takes so long: a file that claims it was changed by others."""

LEFT_OVER_S = 60.0
"""An unfinished file that nobody has written to for so long is left over from a process that ended."""

REMEDY = "make it writable" + (", or set XDG_CACHE_HOME" if sys.platform == "linux" else "")
"""What to do about a folder that refuses; only on Linux does that variable name another."""

_UNREADABLE = (struct.error, ValueError, KeyError, TypeError, RecursionError)
"""What parsing raises for a file that is damaged or foreign."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A built engine and what is known of it."""

    blob: bytes
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in the cache as a list shows it, its blob unread.

    size_bytes: of the whole file. used_s: its last use, seconds since 1970. facts: empty if `fault`
    says why the file is no engine.
    """

    name: str
    size_bytes: int
    used_s: float
    facts: dict[str, Any]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What clearing the cache removed; kept: why, for each file that could not be removed."""

    files: int
    size_bytes: int
    kept: tuple[str, ...]


def facts_of(
    engine: str, number_format: NumberFormat, program: Program, check: Check, took_s: float
) -> dict[str, Any]:
    """Return the facts stored with an engine; built: the time now, ISO 8601 in UTC. took_s: to build it."""
    return {
        "engine": engine,
        "number_format": number_format,
        "program": program.describe(),
        "check": asdict(check),
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "took_s": round(took_s, 2),
    }


class EngineCache:
    """A folder of entries; each file is a header, JSON facts and the blob, its hash in the facts.

    Whatever is damaged or cut off is treated as absent, so the engine is built again.
    folder: where engines are put; after `prepare` this may be a temporary one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or platformdirs.user_cache_path("livedream", appauthor=False) / "engines"
        self._lasting = self.folder

    def refusal(self) -> str:
        """Return why engines cannot be stored, "" if they can; creates nothing."""
        try:
            there = next(path for path in (self.folder, *self.folder.parents) if path.exists())
            _try_writing(there)
        except OSError as fault:
            return _reason(fault)
        return ""

    def prepare(self, tell: Callable[[str], None]) -> None:
        """Make the folder before something is built into it; where it refuses, take a temporary one.

        That is told once, and the temporary folder goes with this object, at the latest with the
        process. Raises EngineError if there is no room for it either.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _try_writing(self.folder)
        except OSError as fault:
            kept_not = f"engines cannot be stored in {self.folder} ({_reason(fault)})"
            self.folder = self._temporary(kept_not)
            tell(f"{kept_not}, so they are rebuilt at each start; {REMEDY}")

    def get(self, key: str) -> Entry | None:
        """Return the entry of a key; None if it is missing or damaged."""
        # A folder that nobody may write to may hold engines all the same.
        return self._got(self.folder, key) or self._got(self._lasting, key)

    def _got(self, folder: Path, key: str) -> Entry | None:
        path = folder / f"{_name(key)}.engine"
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
        own = {"sha256": hashlib.sha256(blob).hexdigest(), "key": _name(key), "blob_bytes": len(blob)}
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

    def entries(self) -> list[Listed]:
        """List what is there, the one used last first.

        The blobs are not read, so one that is damaged inside shows only when it is loaded.
        """
        found = [_listed(path) for path in self.folder.glob("*.engine")]
        return sorted((entry for entry in found if entry), key=lambda entry: entry.used_s, reverse=True)

    def took_s(self, engine: str) -> float | None:
        """Return how long it took to build the engine of a kind that was used last; None without one."""
        facts = (entry.facts for entry in self.entries())
        times = (one.get("took_s") for one in facts if one.get("engine") == engine)
        return next(
            (float(one) for one in times if isinstance(one, int | float) and 0 <= one < LONGEST_S), None
        )

    def clear(self) -> Cleared:
        """Remove every engine, and every file that a process which has ended left unfinished."""
        unfinished = [path for path in self.folder.glob("*.part") if _left_over(path)]
        outcomes = [_removed(path) for path in [*self.folder.glob("*.engine"), *unfinished]]
        sizes = [outcome for outcome in outcomes if isinstance(outcome, int)]
        return Cleared(len(sizes), sum(sizes), tuple(why for why in outcomes if isinstance(why, str)))

    def _temporary(self, kept_not: str) -> Path:
        try:
            folder = Path(tempfile.mkdtemp(prefix="livedream-"))
        except OSError as fault:
            raise EngineError(
                f"{kept_not}, nor in a temporary folder ({_reason(fault)}); {REMEDY}"
            ) from fault
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

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


def _try_writing(folder: Path) -> None:
    """Write a file that goes at once. Raises OSError, also if there is no room for an engine.

    On a full disk a file can be made, but nothing can be written into it.
    """
    with tempfile.TemporaryFile(dir=folder) as trial:
        trial.write(bytes(TRIAL_BYTES))
        trial.flush()
    if shutil.disk_usage(folder).free < ROOM_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _parse(content: bytes, name: str) -> Entry | None:
    try:
        (length,) = struct.unpack("<Q", content[8:16])
        facts = json.loads(content[16 : 16 + length])
        blob = content[16 + length :]
        own = facts["key"] == name and facts["sha256"] == hashlib.sha256(blob).hexdigest()
    except _UNREADABLE:
        return None
    return Entry(blob, facts) if own and content[:8] == MAGIC else None


def _listed(path: Path) -> Listed | None:
    """Look at a file without its blob; None if another process has removed it meanwhile."""
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    except OSError as fault:
        return Listed(path.name, 0, 0.0, {}, _reason(fault))
    looks = (path.name, there.st_size, there.st_mtime)
    if not stat.S_ISREG(there.st_mode):  # to open a pipe would wait for whoever writes into it
        return Listed(*looks, {}, "not a file")
    try:
        with path.open("rb") as stream:
            return Listed(*looks, _facts(stream, path.stem, there.st_size))
    except OSError as fault:
        return Listed(*looks, {}, _reason(fault))
    except _UNREADABLE:
        return Listed(*looks, {}, "damaged or foreign")


def _facts(stream: BinaryIO, name: str, size_bytes: int) -> dict[str, Any]:
    """Read the facts of the entry `name`. Raises one of _UNREADABLE if it is invalid or cut off."""
    head = stream.read(len(MAGIC) + 8)
    (length,) = struct.unpack("<Q", head[len(MAGIC) :])
    if not head.startswith(MAGIC) or length > LARGEST_FACTS_BYTES:
        raise ValueError("no entry")
    facts: dict[str, Any] = dict(json.loads(stream.read(length)))
    if facts["key"] != name or facts.get("blob_bytes", 0) > size_bytes - len(head) - length:
        raise ValueError("not this entry")
    return facts


def _removed(path: Path) -> int | str:
    """Remove a file; return its size, or why it could not be removed."""
    try:
        size_bytes = path.lstat().st_size
        path.unlink()
    except FileNotFoundError:  # another process was faster
        return 0
    except OSError as fault:  # Windows keeps a file that is being read
        return f"{path}: {_reason(fault)}"
    return size_bytes


def _left_over(path: Path) -> bool:
    """Return whether a file is abandoned; a build stores its engine within seconds."""
    try:
        return abs(time.time() - path.lstat().st_mtime) > LEFT_OVER_S
    except OSError:
        return False


def _reason(fault: OSError) -> str:
    return fault.strerror or str(fault)
