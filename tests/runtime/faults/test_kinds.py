from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.runtime.faults.camera import FaultyCapture, FaultyDevice
from livedream.runtime.faults.clocks import JumpingClock, earlier_time_of_day
from livedream.runtime.faults.engine import FaultyEngine
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.sink import CountingRecorder, FaultySink

RGB = np.zeros((96, 128, 3), np.uint8)


class Asked(Injector):
    """Notes which faults the parts ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def is_on(self, name: str) -> bool:
        self.names.add(name)
        return super().is_on(name)

    def meets_once(self, name: str) -> bool:
        self.names.add(name)
        return super().meets_once(name)

    def times_begun(self, name: str) -> int:
        self.names.add(name)
        return super().times_begun(name)

    def wait_out(self, name: str) -> None:
        self.names.add(name)
        super().wait_out(name)


def use_source(injector: Injector, make_source: Callable[..., Any]) -> None:
    FaultyCapture(FaultyDevice(make_source(), injector, ManualClock()), injector).read()


def use_sink(injector: Injector) -> None:
    sink = FaultySink(ManualClock(), injector)
    sink.open((128, 96), 30)
    sink.write(RGB, 0.0)


def use_recording(injector: Injector, folder: Path) -> None:
    recorder = CountingRecorder(folder / "film.mp4", ManualClock(), injector)
    recorder.open((128, 96), 30)
    recorder.write(RGB, 0.0)
    recorder.close()


def use_clock(injector: Injector) -> None:
    JumpingClock(ManualClock(), injector).now_s()
    with earlier_time_of_day(injector):
        time.time()


@pytest.mark.parametrize("part", ["source", "engine", "sink", "recording", "clock"])
def test_every_fault_is_asked_for_by_the_part_that_it_is_in(
    part: str, make_source: Callable[..., Any], studio: Any, tmp_path: Path
) -> None:
    """Or else it could be begun, and nothing would happen."""
    injector = Asked()
    painter = studio.painter(lambda _, image: image)
    {
        "source": lambda: use_source(injector, make_source),
        "engine": lambda: FaultyEngine(painter, injector, ManualClock()).run([RGB]),
        "sink": lambda: use_sink(injector),
        "recording": lambda: use_recording(injector, tmp_path),
        "clock": lambda: use_clock(injector),
    }[part]()
    assert injector.names == {name for name, kind in FAULTS.items() if kind.part == part}


def test_what_is_tried_again_is_told_of() -> None:
    assert [name for name, kind in FAULTS.items() if kind.is_retried and not kind.is_told] == []
