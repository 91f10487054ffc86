"""Sinks that come and go while the show is on leave no more behind than what is told at its end."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.frame import Rgb
from livedream.health import Health
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import Rate, SinkTotal, SinkWorker
from livedream.sinks.memory_sink import Memory
from livedream.sinks.sink import RECORDING

RATE = Rate((8, 6), 30, pace="each frame")


class Recording(Memory):
    def __init__(self) -> None:
        super().__init__(keep=0)
        self.kind = RECORDING


class Wrong(Memory):
    def write(self, rgb: Rgb, time_s: float) -> None:
        raise ZeroDivisionError("a mistake")


def dreamed(level: int) -> Any:
    rgb = np.full((6, 8, 3), level, np.uint8)
    return SimpleNamespace(rgb=rgb, frame=SimpleNamespace(rgb=rgb, captured_s=0.0), is_first=False)


@pytest.fixture
def output() -> Output:
    source = SimpleNamespace(health=Health("live"))
    output = Output(RATE, source, ManualClock(), lambda _: None)  # type: ignore[arg-type]
    output.start()
    return output


def shown_and_removed(output: Output, sink: Memory, frames: int) -> weakref.ref[SinkWorker]:
    worker = output.add_sink(sink, RATE)
    for level in range(frames):
        output.emit(dreamed(level))
    output.remove_sink(worker)
    worker._thread.join(60)
    return weakref.ref(worker)


def test_of_a_sink_that_was_removed_nothing_is_kept(output: Output) -> None:
    sink = Memory(keep=0)
    workers = [shown_and_removed(output, sink, 2) for sink in (sink, Memory(keep=0), Recording())]
    output.look_after()
    gc.collect()
    assert [worker() for worker in workers] == [None] * 3
    output.emit(dreamed(9))
    output.finish()
    assert sink.written == 2


def test_what_a_recording_that_was_ended_was_given_is_told_at_the_end(output: Output) -> None:
    first, second, other = Recording(), Recording(), Recording()
    stays = output.add_sink(other, RATE)
    shown_and_removed(output, first, 3)
    shown_and_removed(output, Memory(), 1)
    shown_and_removed(output, second, 2)
    output.look_after()
    assert output.present() == (stays,)
    output.finish()
    assert output.recordings == (SinkTotal(first, 3, 0), SinkTotal(second, 2, 0), SinkTotal(other, 6, 0))


def test_one_that_was_removed_before_the_show_is_never_opened_and_told_of() -> None:
    source, sink = SimpleNamespace(health=Health("live")), Recording()
    output = Output(RATE, source, ManualClock(), lambda _: None)  # type: ignore[arg-type]
    output.remove_sink(output.add_sink(sink, RATE))
    output.look_after()
    output.start()
    output.finish()
    assert output.recordings == (SinkTotal(sink, 0, 0),)
    assert sink.opened == 0


def test_a_mistake_in_a_sink_that_was_removed_reaches_the_owner(output: Output) -> None:
    shown_and_removed(output, Wrong(), 1)
    output.look_after()
    assert output.present() == ()
    with pytest.raises(ZeroDivisionError):
        output.finish()
