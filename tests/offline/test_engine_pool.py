from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.engine import NumberFormat
from livedream.engines.maker import Ready
from livedream.errors import EngineError
from livedream.offline import engine_pool as module
from livedream.offline.engine_pool import Engines
from livedream.offline.large import is_large, tiled_engine

SPEC = KernelSpec("embedded", taps_at("stem"), (64, 96), 1, 2.0, 1, 1.0)
OTHER = replace(SPEC, size_hw=(96, 64))


class Idle:
    """An engine that notes that it was closed."""

    name = "idle"
    number_format: NumberFormat = "float32"
    device = None

    def __init__(self) -> None:
        self.closed = 0

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        raise AssertionError

    def close(self) -> None:
        self.closed += 1


class Builder:
    """Stands for EngineBuilder: has its engine at the third look, or never, or fails."""

    made: list["Builder"]
    looks = 3
    fault: EngineError | None = None
    building = "idle, 2 s"

    def __init__(self, *given: object) -> None:
        self.engine, self.seen, self.closed = Idle(), 0, False
        self.limit_s = given[-1]
        self.made.append(self)

    def request(self, program: KernelProgram, *, stopgap: bool) -> None:
        assert not stopgap, "whoever can wait wants the engine itself"
        self.program = program

    def take(self, timeout_s: float) -> Ready[KernelProgram] | None:
        if self.fault is not None:
            raise self.fault
        self.seen += 1
        done = self.seen >= self.looks
        return Ready(self.program, self.engine, False, 1.0, None, 5.0, kind="idle") if done else None

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> type[Builder]:
    class Fresh(Builder):
        made: list[Builder] = []  # noqa: RUF012

    monkeypatch.setattr(module, "EngineBuilder", Fresh)
    return Fresh


def test_an_engine_is_built_once_and_kept_until_the_end(builder: type[Builder]) -> None:
    with Engines("eager", print) as engines:
        first, second = engines.engine_for(SPEC), engines.engine_for(OTHER)
        assert engines.engine_for(SPEC) is engines.ready_for(SPEC).engine is first is not second
        assert [one.program.spec for one in builder.made] == [SPEC, OTHER]
        assert [one.engine.closed for one in builder.made] == [0, 0]
    engines.close()
    assert [one.engine.closed for one in builder.made] == [1, 1]
    assert all(one.closed for one in builder.made)
    assert all(one.limit_s == module.BUILD_S for one in builder.made), "large pictures take their time"


def test_whoever_waits_is_told_what_for_and_that_it_is_over(builder: type[Builder]) -> None:
    told: list[str] = []
    with Engines("eager", print, told.append) as engines:
        engines.engine_for(SPEC)
    assert told == ["building the engine idle, 2 s"] * 2 + [""]


def test_what_stops_the_building_is_raised_and_the_waiting_is_over(builder: type[Builder]) -> None:
    builder.fault = EngineError("no engine today")
    told: list[str] = []
    with Engines("eager", print, told.append) as engines:
        with pytest.raises(EngineError, match="no engine today"):
            engines.engine_for(SPEC)
        builder.fault = None
        assert engines.engine_for(SPEC).name == "idle"
    assert told[0] == told[-1] == ""
    assert builder.made[0].closed


def test_auto_takes_the_next_engine_however_long_the_first_one_hung(
    builder: type[Builder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUILD_S", 0.0)
    with Engines("auto", print) as engines:
        assert engines.engine_for(SPEC).name == "idle"
        assert engines.kind_for(SPEC) == "idle"


def test_engines_for_large_pictures_are_tiled(monkeypatch: pytest.MonkeyPatch) -> None:
    spec, whole_px = KernelSpec("embedded", taps_at("stem"), (416, 448), 1, 2.0, 1, 1.0), 150_000
    monkeypatch.setattr(module, "is_large", lambda spec: is_large(spec, whole_px))
    monkeypatch.setattr(module, "tiled_engine", lambda spec, give: tiled_engine(spec, give, whole_px))
    with Engines("eager", print) as engines:
        assert engines.engine_for(spec).name.endswith("in tiles")
        assert engines.kind_for(spec) == "eager"
