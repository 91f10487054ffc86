"""Builds engines in the background and hands over each one when it is ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Generic, TypeVar

from livedream.engines import here
from livedream.engines.cache import EngineCache
from livedream.engines.elsewhere import Begin, Build, Elsewhere
from livedream.engines.engine import Check, Engine, Program
from livedream.engines.here import Made
from livedream.engines.kinds import ENGINES, candidates
from livedream.engines.relay import Relay, parts_of, worst
from livedream.errors import EngineError

P = TypeVar("P", bound=Program)

Choice = str
"""A name in `livedream.engines.kinds.ENGINES`, or "auto": the fastest that works out."""


@dataclass(frozen=True, slots=True)
class Ready(Generic[P]):
    """An engine for a program; of a program in parts one that holds theirs.

    stopgap: True if a faster one is still being built. build_s: seconds from the request.
    checked: its comparison with the reference, of parts the worst; None for the reference itself.
    run_ms: one run, of parts the mean; None for a stopgap, which is not timed.
    """

    program: P
    engine: Engine
    stopgap: bool
    build_s: float
    checked: Check | None
    run_ms: float | None


@dataclass(frozen=True, slots=True)
class _Order(Generic[P]):
    """What was requested, and when the work on it began."""

    program: P
    stopgap: bool
    start_s: float


class EngineBuilder(Generic[P]):
    """One thread that builds what was requested last.

    If nothing can be built for a first request, that is raised by `take`; later on it is told, and
    whatever runs goes on.

    choice: one engine, or "auto": the first in the order of expected speed that builds and agrees
    with the reference; why one was passed over is told. tell: called with sentences for people. Raises
    InputError for an unknown choice.
    """

    def __init__(self, choice: Choice, cache: EngineCache, tell: Callable[[str], None]) -> None:
        if choice != "auto":
            ENGINES[choice]  # an unknown one is told now
        self._choice, self._cache, self._tell = choice, cache, tell
        self._changed = threading.Condition()
        self._wanted: tuple[P, bool] | None = None
        self._ready: list[Ready[P]] = []
        self._fault: BaseException | None = None
        self._closed = False
        self._build: Build | None = None
        self._bridged: P | None = None
        self._handed_over = False
        self._begun: tuple[str, float] | None = None
        self._thread = threading.Thread(target=self._work, name="engine builder", daemon=True)
        self._thread.start()

    def request(self, program: P, *, stopgap: bool) -> None:
        """Ask for a program's engine; an earlier request that is not yet served is forgotten.

        stopgap: also hand over the eager engine first if the fast one is not in the cache.
        """
        with self._changed:
            self._wanted = (program, stopgap)
            if self._build is not None:
                self._build.cancel()
            self._changed.notify_all()

    def take(self, timeout_s: float = 0.0) -> Ready[P] | None:
        """Give the next engine that is ready, waiting for at most `timeout_s`; None if there is none.

        Raises what stopped the building.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._fault or self._closed, timeout_s)
            if self._ready:
                return self._ready.pop(0)
            if self._fault is not None:
                raise self._fault
            return None

    @property
    def building(self) -> str:
        """Tell which engine is being built and for how long, such as "tensorrt, 12 s"; "" for none."""
        begun = self._begun
        return "" if begun is None else f"{begun[0]}, {time.monotonic() - begun[1]:.0f} s"

    def close(self) -> None:
        """Stop building."""
        with self._changed:
            self._closed = True
            if self._build is not None:
                self._build.cancel()
            self._changed.notify_all()
        # Longer than it takes to load torch: ending the process in the midst of that aborts it.
        self._thread.join(timeout=5.0)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted or self._closed)
                if self._closed or self._wanted is None:
                    return
                (program, stopgap), self._wanted = self._wanted, None
            try:
                self._serve(_Order(program, stopgap, time.perf_counter()))
            except EngineError as fault:
                if not self._handed_over:
                    self._publish(fault)
                    return
                self._tell(f"{fault}; the engine that runs goes on")
            except BaseException as fault:  # reaches the owner through take()
                self._publish(fault)
                return
            finally:
                self._begun = None

    def _serve(self, order: _Order[P]) -> None:
        names = candidates() if self._choice == "auto" else (self._choice,)
        for name, alternative in zip(names, [*names[1:], None], strict=True):
            self._begun = name, time.monotonic()
            try:
                self._publish(_ready(order, self._make(name, order)))
                return
            except EngineError as fault:
                if self._overtaken:
                    return
                if alternative is None:
                    raise
                self._tell(f"{fault}; trying {alternative}")
                order = replace(order, stopgap=self._awaited(order))

    @property
    def _overtaken(self) -> bool:
        """Tell whether nobody waits for what is being made any more."""
        return self._closed or self._wanted is not None

    def _awaited(self, order: _Order[P]) -> bool:
        """Tell whether a stopgap is wanted that has not been handed over."""
        return order.stopgap and self._bridged is not order.program

    def _make(self, name: str, order: _Order[P]) -> list[Made]:
        kind = ENGINES[name]
        if kind.built is not None:
            other = kind.built()
            return self._each(order, lambda part: self._elsewhere(name, other, part, order))
        assert kind.made is not None, "it is built elsewhere or made here"
        kind.check()
        if not kind.at_once and self._awaited(order):
            self._bridge(order, [here.stopgap(part) for part in parts_of(order.program)])
        make = kind.made
        return self._each(order, lambda part: make(part, self._tell))

    def _each(self, order: _Order[P], make: Callable[[Program], Made]) -> list[Made]:
        """Make the engine of each part; if one cannot be made or is not wanted any more, close the others."""
        made: list[Made] = []
        with ExitStack() as if_one_fails:
            for part in parts_of(order.program):
                if made and self._overtaken:
                    raise EngineError("the engine is not wanted any more")
                made.append(make(part))
                if_one_fails.callback(made[-1].engine.close)
            if_one_fails.pop_all()
        return made

    def _elsewhere(self, name: str, other: Elsewhere, part: Program, order: _Order[P]) -> Made:
        """Take an engine from the cache, which another process fills if it is not there."""
        loaded = other.load(part, self._cache)
        if loaded is None:
            self._fill(other.builds, part, order)
            loaded = other.load(part, self._cache)
        if loaded is None:
            raise EngineError(f"the engine {name} was built, but {self._cache.folder} does not keep it")
        engine, checked = loaded
        return Made(engine, checked, checked.run_ms)

    def _fill(self, builds: Mapping[str, Begin], part: Program, order: _Order[P]) -> None:
        """Have another process build into the cache, in the first number format that works out."""
        self._cache.prepare(self._tell)
        for begin, alternative in zip(builds.values(), [*list(builds)[1:], None], strict=True):
            self._build = build = begin(part, self._cache, polite=not order.stopgap)
            if self._awaited(order):
                self._bridge(order, [here.stopgap(part) for part in parts_of(order.program)])
            if self._closed:
                build.cancel()
            try:
                build.wait()
                break
            except EngineError as fault:
                if alternative is None or self._overtaken:
                    raise
                self._tell(f"{fault}; trying {alternative}")
        self._build = None

    def _bridge(self, order: _Order[P], made: Sequence[Made]) -> None:
        """Hand over a stopgap; one is enough for a program, however many engines are tried."""
        self._bridged = order.program
        self._publish(_ready(order, made, stopgap=True))

    def _publish(self, outcome: Ready[P] | BaseException) -> None:
        with self._changed:
            if isinstance(outcome, BaseException):
                self._fault = outcome
            elif not self._closed:
                self._ready.append(outcome)
                self._handed_over |= not outcome.stopgap
            self._changed.notify_all()


def _ready(order: _Order[P], made: Sequence[Made], *, stopgap: bool = False) -> Ready[P]:
    """Put together what was made for the parts of a program, or for the whole."""
    engines = [one.engine for one in made]
    checks = [one.checked for one in made if one.checked is not None]
    times_ms = [one.run_ms for one in made if one.run_ms is not None]
    return Ready(
        order.program, engines[0] if len(engines) == 1 else Relay(engines), stopgap,
        time.perf_counter() - order.start_s,
        worst(checks) if checks else None, fmean(times_ms) if times_ms else None,
    )  # fmt: skip
