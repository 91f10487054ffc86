from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.engines.cache import EngineCache
from livedream.engines.maker import EngineMaker, Order, Ready
from livedream.engines.round_robin import RoundRobinEngine, engine_at
from livedream.errors import EngineError
from livedream.runtime.faults.engine import TIMES_SLOWER, FaultyEngine, FaultyMaker, faulty
from livedream.runtime.faults.kinds import FAULTS
from tests.runtime.faults.conftest import WatchedInjector

IMAGE = np.array([1.0, 2.0], np.float32)
RUN_S = 0.02
OF_ENGINES = [name for name, kind in FAULTS.items() if kind.part == "engine"]


@dataclass
class Doubling:
    """Doubles what it is given, in a time that the clock shows."""

    clock: ManualClock
    name: str = "doubling"
    number_format: Any = "float16"
    device: Any = "a device"
    runs: int = 0
    closed: int = 0

    def run(self, inputs: Sequence[Any]) -> Any:
        self.clock.advance(RUN_S)
        self.runs += 1
        return inputs[0] * 2

    call = run

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def inner() -> Doubling:
    return Doubling(ManualClock())


@pytest.fixture
def engine(inner: Doubling, injector: WatchedInjector) -> FaultyEngine:
    return FaultyEngine(inner, injector, inner.clock)


@pytest.fixture(params=["run", "call"])
def ran(request: pytest.FixtureRequest, engine: FaultyEngine) -> Callable[[], list[float]]:
    """Give a function that runs the engine once, on arrays or on its device."""
    way = getattr(engine, request.param)
    return lambda: np.asarray(way([IMAGE])).tolist()


@pytest.mark.parametrize(
    ("name", "raised"), [("kernel-raises", RuntimeError), ("kernel-no-memory", MemoryError)]
)
def test_each_frame_fails_while_the_fault_is_on(
    ran: Callable[[], list[float]],
    inner: Doubling,
    injector: WatchedInjector,
    name: str,
    raised: type[Exception],
) -> None:
    assert ran() == [2.0, 4.0]
    injector.begin(name)
    for _ in range(2):
        with pytest.raises(raised, match="injected"):
            ran()
    assert inner.runs == 1
    injector.end(name)
    assert ran() == [2.0, 4.0]


def test_what_it_returns_is_no_number_while_the_fault_is_on(
    ran: Callable[[], list[float]], injector: WatchedInjector
) -> None:
    injector.begin("kernel-nan")
    assert np.isnan(ran()).tolist() == [True, True]
    injector.end("kernel-nan")
    assert ran() == [2.0, 4.0]


def test_a_slow_engine_takes_ten_times_as_long_and_returns_the_same(
    ran: Callable[[], list[float]], inner: Doubling, injector: WatchedInjector
) -> None:
    def took_s() -> float:
        start_s = inner.clock.now_s()
        assert ran() == [2.0, 4.0]
        return inner.clock.now_s() - start_s

    assert took_s() == pytest.approx(RUN_S)
    injector.begin("kernel-slow")
    assert took_s() == pytest.approx(TIMES_SLOWER * RUN_S)
    injector.end("kernel-slow")
    assert took_s() == pytest.approx(RUN_S)


@pytest.mark.parametrize("name", ["build-fails", "build-hangs"])
def test_an_engine_that_has_to_be_built_again_fails_once(
    ran: Callable[[], list[float]], injector: WatchedInjector, name: str
) -> None:
    injector.begin(name)
    with pytest.raises(RuntimeError, match="its engine is gone"):
        ran()
    assert ran() == [2.0, 4.0], "what was built in its place, if it was"
    injector.end(name)
    injector.begin(name)
    with pytest.raises(RuntimeError, match="its engine is gone"):
        ran()


def test_it_is_taken_for_the_engine_that_it_runs_and_closes_it(engine: FaultyEngine, inner: Doubling) -> None:
    for part in ("name", "number_format", "device"):
        assert getattr(engine, part) == getattr(inner, part)
    engine.close()
    assert inner.closed == 1


def test_of_engines_that_take_turns_each_can_be_made_to_fail(injector: WatchedInjector) -> None:
    parts = [Doubling(ManualClock()), Doubling(ManualClock())]
    both = faulty(RoundRobinEngine(parts), injector, ManualClock())
    engine_at(both, 1).run([IMAGE])
    assert [part.runs for part in parts] == [0, 1]
    injector.begin("kernel-raises")
    for turn in (0, 1):
        with pytest.raises(RuntimeError, match="injected"):
            engine_at(both, turn).run([IMAGE])
    both.close()
    assert [part.closed for part in parts] == [1, 1]


class Made:
    """A maker whose engines are doubling, and which the test asks for one in each way that there is."""

    def __init__(self, injector: WatchedInjector, cache: EngineCache) -> None:
        self.maker: FaultyMaker[Any] = FaultyMaker("eager", cache, print, injector, ManualClock())
        self.lent: list[Ready[Any]] = []

    def ways(self, order: Order[Any]) -> dict[str, Callable[[], Ready[Any] | None]]:
        ways = (self.maker.make, self.maker.make_from_cache, self.maker.make_ahead)
        return {way.__name__: lambda way=way: way(order) for way in ways}

    @property
    def order(self) -> Order[Any]:
        program: Any = "program"
        return Order(program, bridge=self.lent.append)


@pytest.fixture
def made(injector: WatchedInjector, cache: EngineCache, monkeypatch: pytest.MonkeyPatch) -> Made:
    def ready(order: Order[Any], *, stopgap: bool = False) -> Ready[Any]:
        return Ready(order.program, Doubling(ManualClock()), stopgap, 0.1, None, 1.0)

    def make(_: Any, order: Order[Any]) -> Ready[Any]:
        if order.bridge is not None:
            order.bridge(ready(order, stopgap=True))
        return ready(order)

    monkeypatch.setattr(EngineMaker, "make", make)
    for way in ("make_from_cache", "make_ahead"):
        monkeypatch.setattr(EngineMaker, way, lambda _, order: ready(order))
    return Made(injector, cache)


def test_every_engine_that_is_made_can_be_made_to_fail(made: Made, injector: WatchedInjector) -> None:
    engines = {name: way() for name, way in made.ways(made.order).items()}
    assert [ready.stopgap for ready in made.lent] == [True]
    engines["bridge"] = made.lent[0]
    for name, ready in engines.items():
        assert ready is not None
        assert ready.program == "program"
        assert ready.engine.run([IMAGE]).tolist() == [2.0, 4.0], name
    injector.begin("kernel-raises")
    for ready in engines.values():
        with pytest.raises(RuntimeError, match="injected"):
            ready.engine.run([IMAGE])  # type: ignore[union-attr]


def test_what_is_not_in_the_cache_stays_away(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in ("make_from_cache", "make_ahead"):
        monkeypatch.setattr(EngineMaker, way, lambda *_: None)
        assert made.ways(made.order)[way]() is None


def test_no_engine_can_be_built_while_the_fault_is_on(made: Made, injector: WatchedInjector) -> None:
    running = made.maker.make(made.order).engine
    injector.begin("build-fails")
    with pytest.raises(RuntimeError, match="its engine is gone"):
        running.run([IMAGE])
    made.lent.clear()
    with pytest.raises(EngineError, match="cannot be built"):
        made.maker.make(made.order)
    assert made.lent == []
    injector.end("build-fails")
    assert made.maker.make(made.order).engine.run([IMAGE]).tolist() == [2.0, 4.0]
    assert +injector.met == {"build-fails": 1}


def test_to_build_an_engine_hangs_until_the_end_of_the_fault(made: Made, injector: WatchedInjector) -> None:
    ready = injector.result_after_hanging("build-hangs", lambda: made.maker.make(made.order))
    assert ready.program == "program"


@pytest.mark.parametrize("name", [name for name in OF_ENGINES if not name.startswith("build")])
def test_each_time_it_is_built_in_vain_is_counted(made: Made, injector: WatchedInjector, name: str) -> None:
    made.maker.make(made.order)
    injector.begin(name)
    made.maker.make(made.order)
    injector.end(name)
    made.maker.make(made.order)
    assert +injector.met == {name: 1}
