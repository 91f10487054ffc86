"""What an engine builder is asked for, and how far it is with it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Generic, Literal

from livedream.engines.maker import P
from livedream.errors import EngineError

ProgramState = Literal["ready", "building", "waiting"]


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


@dataclass(frozen=True, slots=True)
class Failure(Generic[P]):
    """A program whose engine could not be built, and why."""

    program: P
    fault: EngineError
