"""Builds engines in the background and hands over each one when it is ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Literal, Protocol, TypeVar

from livedream.engines.cache import EngineCache
from livedream.engines.devices import EngineName, candidates, torch_device
from livedream.engines.engine import Check, Engine, NumberFormat, Program, best_ms, check
from livedream.errors import EngineError

P = TypeVar("P", bound=Program)

Choice = Literal["auto", "openvino", "tensorrt", "tensorrt-rtx", "compiled", "captured", "eager"]


HALF_FIRST: tuple[NumberFormat, ...] = ("float16", "float32")
"""Number formats to try on a GPU: half of the bytes is nearly half of the time."""


class Build(Protocol):
    """A build in another process, which leaves its engine in the cache."""

    def wait(self) -> None:
        """Wait for its end. Raises EngineError."""
        ...

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
        self._build: Build | None = None
        self._bridged: P | None = None
        self._handed_over = False
        self._begun: tuple[EngineName, float] | None = None
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
                self._begun = None

    def _serve(self, program: P, stopgap: bool) -> None:
        names = candidates() if self._choice == "auto" else (self._choice,)
        for name, alternative in zip(names, [*names[1:], None], strict=True):
            self._begun = name, time.monotonic()
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
        if name in ("compiled", "captured"):
            return self._by_torch(name, program, start, stopgap)
        return self._elsewhere(name, program, start, stopgap)

    def _elsewhere(self, name: EngineName, program: P, start: float, stopgap: bool) -> Ready[P]:
        """Take an engine from the cache, which another process fills if it is not there."""
        load, begin = _in_a_process(name)
        loaded = load(program, self._cache)
        if loaded is None:
            self._build = build = begin(program, self._cache, polite=not stopgap)
            if stopgap:
                self._bridge(self._stopgap(program, start))
            if self._closed:
                build.cancel()
            build.wait()
            self._build = None
            loaded = load(program, self._cache)
        if loaded is None:
            raise EngineError(f"the engine {name} was built, but {self._cache.folder} does not keep it")
        engine, checked = loaded
        return Ready(program, engine, False, time.perf_counter() - start, checked, checked.run_ms)

    def _by_torch(
        self, name: Literal["compiled", "captured"], program: P, start: float, stopgap: bool
    ) -> Ready[P]:
        """Make an engine here, in the first number format in which it agrees with the reference."""
        from livedream.engines.on_device import full_float32

        device = torch_device()
        if name == "captured" and device != "cuda":
            raise EngineError("the engine captured needs an NVIDIA GPU and a torch with CUDA; take eager")
        reference = self._eager(program, start, stopgap=True)
        if stopgap:
            self._bridge(reference)
        with full_float32():
            wanted = reference.engine.run(program.example())
        formats = HALF_FIRST if device == "cuda" else ("float32",)
        for number_format, alternative in zip(formats, [*formats[1:], None], strict=True):
            try:
                engine = _torch_engine(name, program, device, number_format)
                checked = check(engine, program, wanted)
                return Ready(program, engine, False, time.perf_counter() - start, checked, checked.run_ms)
            except EngineError as fault:
                if alternative is None:
                    raise
                self._tell(f"{fault}; trying {alternative}")
        raise AssertionError("there is at least one number format")

    def _eager(self, program: P, start: float, *, stopgap: bool, threads: int | None = None) -> Ready[P]:
        from livedream.engines.eager import EagerEngine

        engine = EagerEngine(program, torch_device(), threads)
        run_ms = None if stopgap else best_ms(engine, program.example(), runs=1)
        return Ready(program, engine, stopgap, time.perf_counter() - start, None, run_ms)

    def _stopgap(self, program: P, start: float) -> Ready[P]:
        """Make the fastest engine that is made at once."""
        device = torch_device()
        with suppress(EngineError):  # it is only for the meantime, and eager does that, too
            if device == "cuda":
                engine = _torch_engine("captured", program, device, "float32")
                return Ready(program, engine, True, time.perf_counter() - start, None, None)
        # The build needs the processor too: with two threads each, both wait for one another at every
        # operation and the first frame comes seconds later.
        return self._eager(program, start, stopgap=True, threads=1)

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


def _torch_engine(
    name: Literal["compiled", "captured"], program: Program, device: str, number_format: NumberFormat
) -> Engine:
    if name == "captured":
        from livedream.engines.captured import CapturedEngine

        return CapturedEngine(program, device, number_format)
    from livedream.engines.compiled import CompiledEngine

    return CompiledEngine(program, device, number_format)


def _in_a_process(
    name: EngineName,
) -> tuple[Callable[..., tuple[Engine, Check] | None], Callable[..., Build]]:
    """Give what loads an engine from the cache and what starts to build one into it.

    Raises EngineError if it is not installed.
    """
    if name == "openvino":
        from livedream.engines import openvino

        try:
            openvino.runtime()
        except ImportError as fault:
            raise EngineError("the engine openvino is not installed; pip install openvino") from fault
        return openvino.load, openvino.Build
    from livedream.engines import tensorrt

    flavour: Any = {"flavour": name}
    return partial(tensorrt.load, **flavour), partial(tensorrt.Build, **flavour)
