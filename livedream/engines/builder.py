"""Builds engines in the background and hands over each one when it is ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from livedream.engines.cache import EngineCache
from livedream.engines.devices import EngineName, candidates, torch_device
from livedream.engines.engine import Check, Engine, Program, best_ms, check
from livedream.errors import EngineError

P = TypeVar("P", bound=Program)

Choice = Literal["auto", "eager", "openvino", "compiled"]


class Cancellable(Protocol):
    """A build in another process."""

    def cancel(self) -> None:
        """Stop it."""
        ...


@dataclass(frozen=True, slots=True)
class Ready(Generic[P]):
    """An engine for a program.

    stopgap: True if a faster one is still being built. build_s: seconds from the request.
    checked: its comparison with the reference; None for the reference itself. run_ms: one run; None
    for a stopgap, which is not timed.
    """

    program: P
    engine: Engine
    stopgap: bool
    build_s: float
    checked: Check | None
    run_ms: float | None


class EngineBuilder(Generic[P]):
    """One thread that builds what was requested last.

    If nothing can be built for a first request, that is raised by `take`; later on it is told, and
    whatever runs goes on.

    choice: one engine, or "auto": the first in the order of expected speed that builds and agrees
    with the reference; why one was passed over is told. tell: called with sentences for people.
    """

    def __init__(self, choice: Choice, cache: EngineCache, tell: Callable[[str], None]) -> None:
        self._choice, self._cache, self._tell = choice, cache, tell
        self._changed = threading.Condition()
        self._wanted: tuple[P, bool] | None = None
        self._ready: list[Ready[P]] = []
        self._fault: BaseException | None = None
        self._closed = False
        self._build: Cancellable | None = None
        self._bridged: P | None = None
        self._handed_over = False
        self.building = ""
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
                self._serve(program, stopgap)
            except EngineError as fault:
                if not self._handed_over:
                    self._publish(fault)
                    return
                self._tell(f"{fault}; the engine that runs goes on")
            except BaseException as fault:  # reaches the owner through take()
                self._publish(fault)
                return
            finally:
                self.building = ""

    def _serve(self, program: P, stopgap: bool) -> None:
        names = candidates() if self._choice == "auto" else (self._choice,)
        for name, alternative in zip(names, [*names[1:], None], strict=True):
            self.building = name
            try:
                self._publish(self._make(name, program, stopgap))
                return
            except EngineError as fault:
                if self._closed or self._wanted is not None:
                    return
                if alternative is None:
                    raise
                self._tell(f"{fault}; trying {alternative}")
                stopgap = stopgap and self._bridged is not program

    def _make(self, name: EngineName, program: P, stopgap: bool) -> Ready[P]:
        start = time.perf_counter()
        if name == "eager":
            return self._eager(program, start, stopgap=False)
        if name == "compiled":
            return self._compiled(program, start, stopgap)
        return self._openvino(program, start, stopgap)

    def _openvino(self, program: P, start: float, stopgap: bool) -> Ready[P]:
        from livedream.engines import openvino

        try:
            openvino.runtime()
        except ImportError as fault:
            raise EngineError("the engine openvino is not installed; pip install openvino") from fault
        loaded = openvino.load(program, self._cache)
        if loaded is None:
            self._build = build = openvino.Build(program, self._cache, polite=not stopgap)
            if stopgap:
                # The build needs the processor too: with two threads each, both wait for one another
                # at every operation and the first frame comes seconds later.
                self._bridge(self._eager(program, start, stopgap=True, threads=1))
            if self._closed:
                build.cancel()
            build.wait()
            self._build = None
            loaded = openvino.load(program, self._cache)
        if loaded is None:
            raise EngineError(f"the engine openvino was built, but {self._cache.folder} does not keep it")
        engine, checked = loaded
        return Ready(program, engine, False, time.perf_counter() - start, checked, checked.run_ms)

    def _compiled(self, program: P, start: float, stopgap: bool) -> Ready[P]:
        from livedream.engines.compiled import CompiledEngine

        reference = self._eager(program, start, stopgap=True)
        if stopgap:
            self._bridge(reference)
        engine = CompiledEngine(program, torch_device())
        checked = check(engine, program, reference.engine.run(program.example()))
        return Ready(program, engine, False, time.perf_counter() - start, checked, checked.run_ms)

    def _eager(self, program: P, start: float, *, stopgap: bool, threads: int | None = None) -> Ready[P]:
        from livedream.engines.eager import EagerEngine

        engine = EagerEngine(program, torch_device(), threads)
        run_ms = None if stopgap else best_ms(engine, program.example(), runs=1)
        return Ready(program, engine, stopgap, time.perf_counter() - start, None, run_ms)

    def _bridge(self, stopgap: Ready[P]) -> None:
        """Hand over a stopgap; one is enough for a program, however many engines are tried."""
        self._bridged = stopgap.program
        self._publish(stopgap)

    def _publish(self, outcome: Ready[P] | BaseException) -> None:
        with self._changed:
            if isinstance(outcome, BaseException):
                self._fault = outcome
            elif not self._closed:
                self._ready.append(outcome)
                self._handed_over |= not outcome.stopgap
            self._changed.notify_all()
