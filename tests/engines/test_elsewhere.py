"""Builds that hang, with processes that are played and a clock that the test turns on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, ClassVar

import pytest

from livedream.engines import elsewhere as module
from livedream.engines import in_process, maker, openvino, race
from livedream.engines.adapter_builds import AdapterBuilds, AdapterEngine
from livedream.engines.adapters import Adapter
from livedream.engines.build_job import Ahead
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.elsewhere import Elsewhere, Manner
from livedream.engines.engine import Check
from livedream.engines.kinds import ENGINES, EngineKind
from livedream.errors import EngineError
from livedream.health import Health

SOON_S = 10.0


class Hasty(Future[Any]):
    """A future whose time is over at once when it is first waited for."""

    waited: ClassVar[list[float | None]] = []

    def result(self, timeout: float | None = None) -> Any:
        if not self.done() and not Hasty.waited:
            Hasty.waited.append(timeout)
            raise TimeoutError
        return super().result(timeout)


class Timer:
    """Stands in for threading.Timer: its time is over once it is started if it was set to `over_s`."""

    over_s: float | None = None
    set_s: list[float]

    def __init__(self, seconds: float, call: Callable[[], None]) -> None:
        self._seconds, self._call, self.daemon = seconds, call, False
        self.set_s.append(seconds)

    def start(self) -> None:
        assert self.daemon, "the end of a show does not wait for it"
        if self._seconds == self.over_s:
            self._call()

    def cancel(self) -> None:
        self.set_s.append(0.0)


@pytest.fixture
def timer(monkeypatch: pytest.MonkeyPatch) -> type[Timer]:
    Timer.over_s, Timer.set_s = None, []
    monkeypatch.setattr(module.threading, "Timer", Timer)
    return Timer


def fill(cache: EngineCache, program: Any, workshop: Any, *, polite: bool = False) -> None:
    builds = module.SubprocessBuilds(workshop.load, {"": workshop})
    one = Elsewhere(cache, lambda _: None, lambda: False, 600.0)
    one.loaded("openvino", builds, program, Manner(polite))


@pytest.mark.parametrize("polite", [False, True])
def test_a_build_that_hangs_is_ended_and_told(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer], polite: bool
) -> None:
    timer.over_s = 1800.0 if polite else 600.0
    said = rf"^the engine openvino could not be built: it was not ready after {timer.over_s:g} s$"
    with pytest.raises(EngineError, match=said):
        fill(EngineCache(tmp_path), program, workshop, polite=polite)
    assert workshop.cancelled == [program.fingerprint()]
    assert timer.set_s == [timer.over_s, 0.0]


def test_one_that_is_ready_in_time_is_not_ended(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer]
) -> None:
    workshop.finish.set()
    fill(EngineCache(tmp_path), program, workshop)
    assert workshop.cancelled == []
    assert timer.set_s == [600.0, 0.0], "nothing ends the next one"


def test_one_that_fails_in_time_says_why(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer]
) -> None:
    workshop.failing[program.fingerprint()] = "exit code -11"
    workshop.finish.set()
    with pytest.raises(EngineError, match="exit code -11"):
        fill(EngineCache(tmp_path), program, workshop)


def test_where_builds_take_long_they_may_take_longer(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer]
) -> None:
    cache = EngineCache(tmp_path)
    cache.put("before", b"", {"engine": "openvino", "took_s": 400.0})
    workshop.finish.set()
    fill(cache, program, workshop)
    assert timer.set_s == [2000.0, 0.0]


@pytest.mark.parametrize("case", [(300.0, False, 300.0), (300.0, True, 300.0), (9000.0, True, 1800.0)])
def test_a_kind_that_is_known_to_hang_is_given_up_earlier_and_that_is_remembered(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer], case: tuple[float, bool, float]
) -> None:
    own_s, polite, timer.over_s = case
    kept: list[Any] = []
    builds = module.SubprocessBuilds(
        workshop.load, {"": workshop}, refuse=lambda part, _, why: kept.append((part, why)), limit_s=own_s
    )
    one = Elsewhere(EngineCache(tmp_path), lambda _: None, lambda: False, 600.0)
    with pytest.raises(EngineError, match=f"not ready after {timer.over_s:g} s") as raised:
        one.build("openvino", builds, program, Manner(polite))
    assert kept == [(program, str(raised.value))]


@pytest.mark.parametrize("outcome", ["cancelled", "failed"])
def test_one_that_does_not_hang_is_not_remembered_as_one_that_does(
    program: Any, workshop: Any, tmp_path: Path, timer: type[Timer], outcome: str
) -> None:
    workshop.failing[program.fingerprint()] = "exit code -11"
    if outcome == "failed":
        workshop.finish.set()
    builds = module.SubprocessBuilds(workshop.load, {"": workshop}, refuse=lambda *_: pytest.fail("it was"))
    one = Elsewhere(EngineCache(tmp_path), lambda _: None, lambda: outcome == "cancelled", 600.0)
    with pytest.raises(EngineError, match=r"exit code"):
        one.build("openvino", builds, program, Manner())


@pytest.fixture
def gpu(make_engine: Any) -> Iterator[list[str]]:
    """Add an engine for an adapter; gives who has looked for that."""
    looks: list[str] = []

    def find() -> Adapter:
        looks.append("adapter")
        return Adapter("Radeon", "discrete", "1")

    def built() -> module.SubprocessBuilds:
        fake = make_engine(lambda image: image, name="gpu"), Check(1.0, 0.0, 0.001)
        parts = "gpu", "none", find, lambda program, _: program.fingerprint(), lambda *_: fake
        builds = AdapterBuilds(AdapterEngine(*parts))
        begin = {"": builds.begin}
        return module.SubprocessBuilds(builds.load, begin, verdict=builds.verdict, suits=builds.suits)

    ENGINES.add("gpu", EngineKind(lambda: Health("live", ""), built=built))
    yield looks
    ENGINES.remove("gpu")


def test_drivers_are_asked_once_for_a_show(
    bench: Any, program: Any, make_program: Any, tmp_path: Path, gpu: list[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(race, "rivals", lambda: ("gpu",))
    monkeypatch.setattr(maker, "candidates", lambda: ("eager",))
    monkeypatch.setattr("livedream.engines.in_process.torch_device", lambda: "cpu")
    builder = bench.builder("auto")
    for one in (program, make_program("next")):
        facts = facts_of("gpu", "float32", one, Check(1.0, 0.0, 0.001), 1.0)
        EngineCache(tmp_path).put(one.fingerprint(), b"", facts)
        builder.request(one, stopgap=False)
        assert bench.take(builder).engine.name == "gpu"
        builder.prepare(lambda: Ahead(load=[make_program("ahead")]))
    assert gpu == ["adapter"]


def test_after_a_build_that_hangs_auto_takes_the_next_kind(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch, timer: type[Timer]
) -> None:
    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    timer.over_s = 600.0
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "eager"
    assert bench.told == [
        "the engine openvino could not be built: it was not ready after 600 s; trying eager"
    ]


def test_an_engine_that_hangs_when_it_is_loaded_is_left_to_itself_and_closed_in_the_end(
    bench: Any, workshop: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, closed = threading.Event(), threading.Event()
    engine = workshop.make("openvino")
    engine.close = closed.set

    def load(*_: Any) -> Any:
        assert go_on.wait(SOON_S)
        return engine, Check(1.0, 0.0, 2.5)

    monkeypatch.setattr(maker, "candidates", lambda: ("openvino", "eager"))
    monkeypatch.setattr(openvino, "load", load)
    monkeypatch.setattr(in_process, "Future", Hasty)
    monkeypatch.setattr(Hasty, "waited", [])
    builder = bench.builder("auto")
    builder.request(program, stopgap=False)
    assert bench.take(builder).engine.name == "eager"
    assert bench.told == ["the engine openvino cannot be made: it was not ready after 600 s; trying eager"]
    assert Hasty.waited == [600.0]
    go_on.set()
    assert closed.wait(SOON_S)
