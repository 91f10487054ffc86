"""What an engine builder is asked for, and how far it is with it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Generic, Literal

from livedream.engines.maker import P
from livedream.errors import EngineError

ProgramState = Literal["ready", "building", "waiting"]

REST_S = 0.3
"""How long nothing is loaded ahead after something was: a show is on, and loading takes a core meanwhile."""


@dataclass(frozen=True, slots=True)
class Ahead(Generic[P]):
    """What will be asked for, the likeliest first. load: is to be loaded; store: is to be in the cache."""

    load: Sequence[P] = ()
    store: Sequence[P] = ()

    def jobs(self, stored: Container[P]) -> list[Job[P]]:
        """List what has to be built, each program once. stored: what is in the cache already."""
        jobs = {program: Job(program, False) for program in self.load}
        others = [program for program in self.store if program not in jobs and program not in stored]
        return [*jobs.values(), *(Job(program, False, keep=False) for program in dict.fromkeys(others))]


@dataclass(frozen=True, slots=True)
class Job(Generic[P]):
    """What the builder's thread is at.

    asked: somebody waits for it. keep: it stays loaded. begins: see `EngineBuilder.begin`.
    """

    program: P
    asked: bool
    stopgap: bool = False
    keep: bool = True
    begins: bool = False


class AheadQueue(Generic[P]):
    """The jobs that are still to be done ahead, with a rest after each; no thread is heeded.

    now_s: gives the time in seconds.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s, self._rested_s = now_s, 0.0
        self._jobs: deque[Job[P]] = deque()
        self.stored: set[tuple[str, P]] = set()
        """What is in the cache: of each kind the programs."""
        self.is_planned = False
        """Whether it was ever filled."""

    def __len__(self) -> int:
        return len(self._jobs)

    @property
    def rest_s(self) -> float | None:
        """Return for how long nothing is done; None if there is nothing to do."""
        return max(0.0, self._rested_s - self._now_s()) if self._jobs else None

    def fill(self, ahead: Ahead[P], loaded: Container[P], kind: str) -> None:
        """Replace what is to be done; kind: of which the engines are to be."""
        stored = {program for of_kind, program in self.stored if of_kind == kind}
        self._jobs = deque(job for job in ahead.jobs(stored) if job.program not in loaded)
        self.is_planned = True

    def take(self) -> Job[P] | None:
        """Return the next job; None during a rest, and if there is none."""
        return self._jobs.popleft() if self.rest_s == 0 else None

    def put_back(self, job: Job[P]) -> None:
        """Take back a job that was interrupted; it comes first."""
        self._jobs.appendleft(job)

    def rest(self) -> None:
        """Begin to rest, now that a job is done."""
        self._rested_s = self._now_s() + REST_S

    def clear(self) -> None:
        """Give up what is to be done."""
        self._jobs.clear()


@dataclass(frozen=True, slots=True)
class Failure(Generic[P]):
    """A program whose engine could not be built, and why."""

    program: P
    fault: EngineError
