"""The folder beside an unfinished output: what is finished, and what the next frame starts from."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from livedream.errors import InputError, LivedreamError
from livedream.offline.dreaming import State
from livedream.offline.kept_arrays import read_arrays
from livedream.offline.render_lock import LOCK, RenderLock
from livedream.sinks.segments import told
from livedream.toml_table import toml_table
from livedream.whole_file import write_lasting, write_text

JOB, FRAMES, RUNS = "job.toml", "frames", "runs"
_STATE = re.compile(r"state-(\d{9})\.npz")


class Checkpoint:
    """A folder that holds the parts of what is being rendered, and the dream's state at their ends.

    run: the name of this one of the runs that work on its job, once it is prepared.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.frames = folder, folder / FRAMES
        self.run = ""
        self._lock: RenderLock | None = None

    def prepare(
        self, job: Mapping[str, Any], *, overwrite: bool, check: Callable[[], None] = lambda: None
    ) -> None:
        """Make the folder for a job, or find it as that job left it; until `close` no other process may.

        overwrite: what another job left there is given up. check: called before a job is begun, when no other
        process may any more; raises what is in its way. Raises InputError, SinkError.
        """
        job_file = self.folder / JOB
        if self._job_left(job_file) is None and self.folder.exists():
            self._check_own(overwrite)
        with told(self.folder):
            self._lock = self._lock or RenderLock(self.folder / LOCK, self.folder)
        left = self._job_left(job_file)
        if left is None:
            self._check(check)
        if left is not None and left != job and not overwrite:
            raise InputError(self._other(left, job))
        with told(self.folder):
            if left != job:
                self._clear()
            self.frames.mkdir(parents=True, exist_ok=True)
            for open_part in self.frames.glob(".*.unfinished"):
                with suppress(OSError):  # who was given up may have it open still
                    open_part.unlink()
            if left != job:
                write_text(job_file, tomli_w.dumps(job))
            self.run = secrets.token_hex(8)
            write_text(self.folder / RUNS, "\n".join([*self._runs(), self.run]))

    def _check(self, check: Callable[[], None]) -> None:
        """Check, and leave nothing behind if that fails."""
        try:
            check()
        except InputError:
            self.close()
            with suppress(OSError):  # somebody else has put something there
                self.folder.rmdir()
            raise

    def close(self) -> None:
        """Let other processes have the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def resume(self) -> tuple[int, State]:
        """Return the number of finished frames, and the state after the last of them."""
        for done, file in sorted(self._states(), reverse=True):
            state = read_arrays(file)
            if state is not None:
                return done, state
        return 0, {}

    def keep(self, done: int, state: State) -> None:
        """Note that `done` frames are finished, and what the next one starts from. Raises SinkError."""
        older = sorted(self._states())
        file = self.folder / f"state-{done:09d}.npz"
        with told(file):
            write_lasting(file, lambda into: np.savez(into, **state))  # type: ignore[arg-type]
        # One more is kept: a disk may lose what it has already called written.
        for _, old in older[:-1]:
            old.unlink(missing_ok=True)

    def check_run(self, run: str) -> None:
        """Raise LivedreamError if another run has taken the place of one, which may work elsewhere still."""
        if self._runs()[-1:] != [run]:
            raise LivedreamError(f"{self.folder} is rendered by another livedream now; this one has stopped")

    def note(self, name: str, run: str, text: str) -> None:
        """Note what a run has finished, under a name. Raises SinkError."""
        file = self.folder / name
        with told(file):
            content = f"{run}\n{text}".encode(errors="surrogateescape")
            write_lasting(file, lambda into: into.write(content))

    def noted(self, name: str) -> str | None:
        """Return what a run of this job has noted under a name; None if none of them has."""
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        run, _, text = content.decode(errors="surrogateescape").partition("\n")
        return text if run in self._runs() else None

    def remove(self) -> None:
        """Remove the folder. Raises SinkError."""
        with told(self.folder):
            self._clear()
            self.close()
            shutil.rmtree(self.folder)

    def _clear(self) -> None:
        """Remove all but the lock, notes before what they are about, the job last. Raises OSError."""
        for entry in sorted(self.folder.iterdir(), key=lambda entry: (entry.name == JOB, entry.is_dir())):
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK:
                entry.unlink()

    def _states(self) -> list[tuple[int, Path]]:
        matches = [(_STATE.fullmatch(file.name), file) for file in self.folder.iterdir()]
        return [(int(match[1]), file) for match, file in matches if match]

    def _runs(self) -> list[str]:
        """List the runs that have worked on the job, this one last."""
        try:
            return (self.folder / RUNS).read_text(encoding="utf-8").split()
        except (OSError, ValueError):
            return []

    def _job_left(self, job_file: Path) -> dict[str, Any] | None:
        try:
            return toml_table(job_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _check_own(self, overwrite: bool) -> None:
        """Raise InputError for a folder that is not livedream's to remove, or that is damaged."""
        names = {entry.name for entry in self.folder.iterdir()} if self.folder.is_dir() else {""}
        if not names <= {JOB, FRAMES, LOCK, f".{JOB}.unfinished"}:
            raise InputError(
                f"{self.folder} exists, but no render left it there; move it, or choose another name"
            )
        if JOB in names and not overwrite:
            raise InputError(f"{self.folder} is damaged; use --overwrite to start over")

    def _other(self, left: Mapping[str, Any], job: Mapping[str, Any]) -> str:
        words = [word for word in {**left, **job} if left.get(word) != job.get(word)]
        return (
            f"{self.folder} holds an unfinished render that differs in {_difference(words, left, job)}; "
            "use what it was begun with to continue, or --overwrite to start over"
        )


def _difference(words: list[str], left: Mapping[str, Any], job: Mapping[str, Any]) -> str:
    """Name what differs, down to single settings where it is those."""
    named = []
    for word in words:
        before, now = left.get(word, {}), job.get(word, {})
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            named += [f"{word}.{inner}" for inner in {**before, **now} if before.get(inner) != now.get(inner)]
        else:
            named.append(word)
    return ", ".join(named[:4]) + (" and more" if len(named) > 4 else "")
