"""Engines that fail when they are told to, and a maker of engines that does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from livedream.clock import Clock
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Engine
from livedream.engines.maker import Choice, EngineMaker, Order, P, Ready
from livedream.engines.round_robin import RoundRobinEngine
from livedream.errors import EngineError
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.kinds import FAULTS

TIMES_SLOWER = 10
"""How many times as long a slow engine takes."""


class FaultyEngine:
    """An engine that runs another one, or fails in its place."""

    def __init__(self, engine: Engine, injector: Injector, clock: Clock) -> None:
        self.engine, self._injector, self._clock = engine, injector, clock
        self._never = threading.Event()
        self.name, self.number_format, self.device = engine.name, engine.number_format, engine.device

    def run(self, inputs: Sequence[Any]) -> Any:
        """Run once, or fail."""
        return self._ran(self.engine.run, inputs)

    def call(self, inputs: Sequence[Any]) -> Any:
        """Put one run on the device, or fail."""
        return self._ran(self.engine.call, inputs)  # type: ignore[attr-defined]

    def close(self) -> None:
        """Close the engine."""
        self.engine.close()

    def _ran(self, run: Callable[[Sequence[Any]], Any], inputs: Sequence[Any]) -> Any:
        injector, start_s = self._injector, self._clock.now_s()
        if injector.is_on("kernel-raises"):
            raise RuntimeError("injected: the driver failed")
        if injector.is_on("kernel-no-memory"):
            raise MemoryError("injected")
        if injector.meets_once("build-fails") or injector.meets_once("build-hangs"):
            raise RuntimeError("injected: the driver failed, and its engine is gone")
        ran = run(inputs)
        if injector.is_on("kernel-slow"):
            took_s = self._clock.now_s() - start_s
            self._clock.wait(self._never, took_s * (TIMES_SLOWER - 1))
        return ran * float("nan") if injector.is_on("kernel-nan") else ran


class FaultyMaker(EngineMaker[P]):
    """Makes engines that fail when they are told to, or fails to make them."""

    def __init__(
        self,
        choice: Choice,
        cache: EngineCache,
        tell: Callable[[str], None],
        injector: Injector,
        clock: Clock,
    ) -> None:
        super().__init__(choice, cache, tell)
        self._injector, self._clock = injector, clock

    def make(self, order: Order[P]) -> Ready[P]:
        """Make an engine, or fail. Raises EngineError."""
        injector, bridge = self._injector, order.bridge
        for name, kind in FAULTS.items():
            if kind.part == "engine":
                injector.meets(name)
        if injector.is_on("build-fails"):
            raise EngineError("injected: the engine cannot be built")
        injector.wait_out("build-hangs")
        if bridge is not None:
            order = replace(order, bridge=lambda ready: bridge(self._faulty(ready)))
        return self._faulty(super().make(order))

    def make_from_cache(self, order: Order[P]) -> Ready[P] | None:
        """Load an engine as `EngineMaker` does. Raises EngineError."""
        ready = super().make_from_cache(order)
        return None if ready is None else self._faulty(ready)

    def make_ahead(self, order: Order[P]) -> Ready[P] | None:
        """Make an engine ahead as `EngineMaker` does. Raises EngineError."""
        ready = super().make_ahead(order)
        return None if ready is None else self._faulty(ready)

    def _faulty(self, ready: Ready[P]) -> Ready[P]:
        return replace(ready, engine=faulty(ready.engine, self._injector, self._clock))


def faulty(engine: Engine, injector: Injector, clock: Clock) -> Engine:
    """Return an engine that can be made to fail; of engines that take turns, each one."""
    if isinstance(engine, RoundRobinEngine):
        return RoundRobinEngine([FaultyEngine(part, injector, clock) for part in engine.parts])
    return FaultyEngine(engine, injector, clock)
