from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SinkError
from livedream.health import Health
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import Rate
from livedream.sinks.memory_sink import Memory

RATE = Rate((8, 6), 30)


def dreamed(level: int) -> Any:
    rgb = np.full((6, 8, 3), level, np.uint8)
    return SimpleNamespace(rgb=rgb, frame=SimpleNamespace(rgb=rgb // 2, captured_s=0.0))


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def output(told: list[str]) -> Output:
    source = SimpleNamespace(health=Health("failed", "camera lost"))
    return Output(RATE, source, ManualClock(), told.append)  # type: ignore[arg-type]


def level(output: Output) -> int:
    latest = output.latest()
    assert latest is not None
    return int(latest[1][0, 0, 0])


def test_panic_goes_out_before_another_frame_is_dreamed(output: Output) -> None:
    output.emit(dreamed(100))
    levels = []
    for mode in ("blackout", "bypass", "freeze"):
        output.switch_panic(mode)  # type: ignore[arg-type]
        levels.append(level(output))
    assert levels == [0, 50, 50]
    output.emit(dreamed(200))
    assert level(output) == 50, "frozen on what was seen last"
    output.switch_panic("")
    output.emit(dreamed(210))
    assert level(output) == 210


def test_no_slate_lies_over_a_blackout_of_a_lost_camera(output: Output) -> None:
    assert output._slate() is not None
    output.switch_panic("blackout")
    assert output._slate() is None
    assert level(output) == 0
    output.switch_panic("")
    assert output._slate() is not None


def test_every_sink_gets_it_and_one_that_fails_leaves_the_others(output: Output, told: list[str]) -> None:
    class Refusing(Memory):
        name = "refusing"

        def open(self, size_wh: tuple[int, int], fps: float) -> str:
            raise SinkError("no device", "plug it in")

    good = Memory()
    for sink in (good, Refusing()):
        output.add_sink(sink, Rate((8, 6), 30, pace="each frame"))
    output.start()
    output.emit(dreamed(100))
    output.switch_panic("blackout")
    output.finish()
    assert good.written >= 1
    assert not good.frames[-1].any()
    assert told == ["no device"]
    assert output.sinks()["refusing"].state == "failed"
