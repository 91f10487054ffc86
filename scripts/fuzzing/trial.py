"""Tries mutants on a target, with an eye on time, memory and what is done behind one's back."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from fuzzing.mutations import mutant
from fuzzing.target import Sample, Target

SLOW_S = 5.0
"""A case that takes so much processor time hangs; time of the clock would count what other programs take."""

LARGE_BYTES = 512 << 20
"""A case whose process grows by so much for the while blows up."""

CODE = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "pickle.find_class", "socket.connect"}
)
"""Events of Python that no reader may cause."""


class HangError(BaseException):
    """A case took too long; no reader can catch it by mistake."""


class Failure(NamedTuple):
    """A case that went wrong. number, seed: make the same mutant again. what: what happened."""

    target: str
    seed: int
    number: int
    what: str


class Watch:
    """Notes what a reader does that none may do: run code, connect, write outside a folder.

    A hook of Python cannot be taken away again, so a process has one watch, and ends with it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self.on, self.seen = str(folder), False, ""
        sys.addaudithook(self._note)

    def _note(self, event: str, values: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in CODE:
            self.seen = f"{event} {values!r}"[:300]
        if event == "open" and isinstance(values[0], str | bytes) and self._writes(*values[:3]):
            self.seen = f"writes {values[0]!r}"

    def _writes(self, path: str | bytes, _: object, flags: object) -> bool:
        writing = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        where = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  (Path would be an event within the event)
        return bool(writing) and not where.startswith((self._folder, "/dev/"))


def random_for(target: str, seed: int, number: int) -> Random:
    """Return the random numbers of a case."""
    return Random(f"{target} {seed} {number}")


def mutant_of(target: Target, samples: list[Sample], seed: int, number: int) -> Sample:
    """Return the mutant of a case: the name of a sample, and changed content of its kind."""
    random = random_for(target.name, seed, number)
    name = random.choice(samples)[0]
    alike = [content for one, content in samples if one.rpartition(".")[2] == name.rpartition(".")[2]]
    return name, mutant(random, alike)


def failures(
    target: Target, seed: int, numbers: range, folder: Path, watch: Watch | None = None, noted: Any = None
) -> Iterator[Failure]:
    """Try cases one after the other and yield those that go wrong. noted: takes the number of each before."""
    samples_folder, own_folder = folder / "samples", folder / "read"
    samples_folder.mkdir(parents=True, exist_ok=True)
    own_folder.mkdir(exist_ok=True)
    samples = target.samples(samples_folder)
    read = target.reader(own_folder)
    for name, content in samples:  # whatever is valid is taken: a target that refuses all of it tests nothing
        read(name, content)
    for number in numbers:
        if noted is not None:
            noted.value = number
        name, content = mutant_of(target, samples, seed, number)
        what = _trial(target, lambda name=name, content=content: read(name, content), watch)
        if what:
            yield Failure(target.name, seed, number, what)


def _trial(target: Target, reads: Any, watch: Watch | None) -> str:
    """Return what went wrong in a case, "" for nothing."""
    what, before = "", _peak_bytes(reset=True)
    try:
        if watch is not None:
            watch.on, watch.seen = True, ""
        with _limited(SLOW_S):
            reads()
    except target.refuses:
        pass
    except HangError:
        what = f"takes more than {SLOW_S:g} s\n{traceback.format_exc(limit=-3)}"
    except (Exception, RecursionError, MemoryError):
        what = traceback.format_exc(limit=-4)
    finally:
        if watch is not None:
            watch.on = False
    grown = _peak_bytes(reset=False) - before
    if grown > LARGE_BYTES:
        what = what or f"takes {grown >> 20} MiB"
    return what or ("" if watch is None else watch.seen)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise HangError in what takes more processor time than that."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(*_: object) -> None:
        raise HangError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _peak_bytes(*, reset: bool) -> int:
    """Return how large this process has been since the last reset; 0 where the system does not tell."""
    with suppress(OSError):
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return 0


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that goes with its user."""
    return tempfile.TemporaryDirectory(prefix="livedream-fuzz-", ignore_cleanup_errors=True)


def clock_s() -> float:
    """Return seconds of a clock that never goes back."""
    return time.monotonic()
