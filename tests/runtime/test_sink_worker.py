from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livedream.clock import ManualClock, SystemClock
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.runtime.sink_worker import BLOCKED_S, LONGEST_RETRY_S, Finished, Rate, SinkWorker
from livedream.sinks.memory_sink import Memory
from livedream.sinks.recorder import Recorder

SIZE = (64, 48)


def picture(level: int) -> Rgb:
    return np.full((48, 64, 3), level, np.uint8)


def finished(level: int) -> Finished:
    return Finished(picture(level), time.perf_counter())


def outlet_of(
    sink: object,
    rate: Rate,
    placeholder: Callable[[], Rgb | None] = lambda: None,
    told: list[str] | None = None,
) -> SinkWorker:
    tell = (lambda sentence: None) if told is None else told.append
    return SinkWorker(sink, rate, SystemClock(), placeholder, tell)  # type: ignore[arg-type]


def run_for(sink_worker: SinkWorker, seconds: float) -> None:
    sink_worker.start()
    time.sleep(seconds)
    sink_worker.stop()
    assert sink_worker.join(2.0)


class Failing(Memory):
    """Fails to open `times` times, or when written to."""

    def __init__(self, times: int = 0, *, write_fails: bool = False, retry_s: float | None = None) -> None:
        super().__init__()
        self.times, self.write_fails, self.retry_s, self.opens, self.closes = (
            times,
            write_fails,
            retry_s,
            0,
            0,
        )

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        self.opens += 1
        if self.opens <= self.times:
            raise SinkError("the device is busy; free it", remedy="close the other program")
        return super().open(size_wh, fps)

    def write(self, rgb: Rgb, time_s: float) -> None:
        if self.write_fails:
            raise SinkError("the disk is full; make room")
        super().write(rgb, time_s)

    def close(self) -> None:
        self.closes += 1
        super().close()


def test_a_constant_rate_repeats_the_last_frame() -> None:
    sink = Memory()
    sink_worker = outlet_of(sink, Rate(SIZE, 50))
    sink_worker.slot.put(finished(9))
    run_for(sink_worker, 0.5)
    assert 15 <= sink.written <= 27
    assert all(frame[0, 0, 0] == 9 for frame in sink.frames)
    steps = np.diff(sink.times_s)
    assert steps.min() > 0
    assert np.allclose(steps / 0.02, np.rint(steps / 0.02))


def test_a_slate_stands_in_until_there_is_a_picture() -> None:
    sink, slates = Memory(), [picture(1)]
    sink_worker = outlet_of(sink, Rate(SIZE, 50), lambda: slates[0] if slates else None)
    sink_worker.start()
    time.sleep(0.15)
    sink_worker.slot.put(finished(2))
    slates.clear()
    time.sleep(0.15)
    sink_worker.stop()
    assert sink_worker.join(2.0)
    levels = [int(frame[0, 0, 0]) for frame in sink.frames]
    assert levels[0] == 1
    assert levels[-1] == 2
    assert levels == sorted(levels)


def test_a_recording_can_wait_for_the_first_picture() -> None:
    sink = Memory()
    sink.waits_for_dream = True
    sink_worker = outlet_of(sink, Rate(SIZE, 50))
    sink_worker.start()
    time.sleep(0.1)
    assert sink.written == 0
    sink_worker.slot.put(finished(5))
    time.sleep(0.1)
    sink_worker.stop()
    assert sink_worker.join(2.0)
    assert sink.written > 0
    assert sink.times_s[0] == 0.0


def test_a_recording_that_waits_in_vain_leaves_an_older_film_alone(tmp_path: Path) -> None:
    older = tmp_path / "film.mp4"
    older.write_bytes(b"an older film")
    for recorder in (Recorder(older, overwrite=True), Recorder(tmp_path / "new.mp4")):
        sink_worker = outlet_of(recorder, Rate(SIZE, 50))
        run_for(sink_worker, 0.1)
        assert sink_worker.health.state == "off"
        assert sink_worker.written == 0
    assert list(tmp_path.iterdir()) == [older]
    assert older.read_bytes() == b"an older film"


def test_each_frame_is_passed_on_once_even_the_last() -> None:
    sink = Memory()
    sink_worker = outlet_of(sink, Rate(SIZE, 50, pace="each frame"))
    sink_worker.start()
    for level in range(20):
        sink_worker.slot.put(finished(level))
    sink_worker.stop()
    assert sink_worker.join(2.0)
    assert [int(frame[0, 0, 0]) for frame in sink.frames] == list(range(20))
    assert sink_worker.written == 20
    assert sink_worker.dropped == 0


def test_a_sink_that_cannot_open_is_tried_again() -> None:
    told: list[str] = []
    sink = Failing(times=2, retry_s=0.05)
    sink_worker = outlet_of(sink, Rate(SIZE, 50), told=told)
    sink_worker.slot.put(finished(3))
    run_for(sink_worker, 0.6)
    assert sink.opens == 3
    assert sink.written > 0
    assert told == ["the device is busy; free it\nclose the other program"]


def test_a_sink_that_fails_for_good_says_so_and_frees_whoever_feeds_it() -> None:
    told: list[str] = []
    sink_worker = outlet_of(Failing(write_fails=True), Rate(SIZE, 50, pace="each frame"), told=told)
    sink_worker.start()
    for level in range(5):
        sink_worker.slot.put(finished(level))
    assert sink_worker.join(2.0)
    assert sink_worker.health.state == "failed"
    assert told == ["the disk is full; make room"]


def test_it_is_closed_whatever_happens() -> None:
    sink = Failing(times=1)
    sink_worker = outlet_of(sink, Rate(SIZE, 50))
    sink_worker.start()
    assert sink_worker.join(2.0)
    assert sink.closes == 1
    assert sink_worker.health.remedy == "close the other program"


def test_a_mistake_in_a_sink_reaches_the_owner() -> None:
    class Wrong(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            raise ZeroDivisionError("a mistake")

    sink_worker = outlet_of(Wrong(), Rate(SIZE, 50))
    sink_worker.slot.put(finished(1))
    sink_worker.start()
    with pytest.raises(ZeroDivisionError):
        sink_worker.join(2.0)
    assert sink_worker.health.state == "failed"


def test_a_slow_sink_misses_ticks_and_counts_them() -> None:
    class Slow(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            threading.Event().wait(0.05)
            super().write(rgb, time_s)

    sink = Slow()
    sink_worker = outlet_of(sink, Rate(SIZE, 100))
    sink_worker.slot.put(finished(1))
    run_for(sink_worker, 0.5)
    assert sink_worker.dropped > 10
    assert sink.written < 15


class Waits(ManualClock):
    """Notes how long is waited for between tries; ends the worker after so many."""

    def __init__(self, tries: int) -> None:
        super().__init__()
        self.tries, self.waited_s = tries, list[float]()
        self.end: Callable[[], None] = lambda: None

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        if seconds >= 1:
            self.waited_s.append(seconds)
            if len(self.waited_s) == self.tries:
                self.end()
        return super().wait(stop, seconds)


def test_tries_become_rarer_up_to_a_limit_also_of_what_opens_and_takes_no_frame() -> None:
    clock, sink, told = Waits(7), Failing(times=3, write_fails=True, retry_s=5.0), list[str]()
    worker = SinkWorker(sink, Rate(SIZE, 50), clock, lambda: None, told.append)
    clock.end = worker.stop
    worker.slot.put(finished(1))
    worker.start()
    assert worker.join(20.0)
    assert clock.waited_s == [5.0, 10.0, 20.0, *[LONGEST_RETRY_S] * 4]
    assert [sentence.split(";")[0] for sentence in told] == ["the device is busy", "the disk is full"]


class Breaking(Memory):
    """Takes frames until `break_s`, then raises what no sink should, each time anew."""

    def __init__(self, clock: ManualClock, break_s: float, fault: Exception) -> None:
        super().__init__(keep=0)
        self.retry_s: float | None = 5.0
        self._clock, self._break_s, self._fault = clock, break_s, fault
        self._opened_s = 0.0

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        self._opened_s = self._clock.now_s()
        return super().open(size_wh, fps)

    def write(self, rgb: Rgb, time_s: float) -> None:
        if self._clock.now_s() - self._opened_s >= self._break_s:
            raise self._fault
        super().write(rgb, time_s)


@pytest.mark.parametrize("fault", [ZeroDivisionError("a mistake"), MemoryError(), OSError(28, "no space")])
@pytest.mark.parametrize(("break_s", "waits_s", "times_told"), [(5.0, [5.0, 10.0], 1), (11.0, [5.0, 5.0], 2)])
def test_whatever_a_sink_raises_it_is_tried_again_and_told_of_once_until_it_was_steady(
    fault: Exception, break_s: float, waits_s: list[float], times_told: int
) -> None:
    clock, told = Waits(2), list[str]()
    worker = SinkWorker(Breaking(clock, break_s, fault), Rate(SIZE, 10), clock, lambda: None, told.append)
    clock.end = worker.stop
    worker.slot.put(finished(1))
    worker.start()
    assert worker.join(20.0)
    assert clock.waited_s == waits_s
    assert len(told) == times_told
    assert type(fault).__name__ in told[0]


def test_a_sink_that_hangs_is_told_of_once_and_goes_on_when_it_answers() -> None:
    class Hanging(Memory):
        entered, release = threading.Event(), threading.Event()

        def write(self, rgb: Rgb, time_s: float) -> None:
            super().write(rgb, time_s)
            self.entered.set()
            assert self.release.wait(20.0)

    sink, told, clock = Hanging(), list[str](), ManualClock()
    worker = SinkWorker(sink, Rate(SIZE, 50, pace="each frame"), clock, lambda: None, told.append)
    worker.start()
    worker.slot.put(finished(1))
    assert sink.entered.wait(20.0)
    worker.look_after()
    assert (told, worker.health.ok) == ([], True)
    for _ in range(3):
        clock.advance(BLOCKED_S)
        worker.look_after()
    assert len(told) == 1
    assert worker.health.state == "stale"
    assert "6 s" in worker.health.message
    sink.release.set()
    worker.slot.put(finished(2))
    worker.stop()
    assert worker.join(20.0)
    assert sink.written == 2


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_a_clock_that_jumps_leaves_no_gap_in_what_goes_out(jump_s: float) -> None:
    class Jumping(ManualClock):
        def jump(self) -> None:
            self._now_s += jump_s

    class Sink(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            super().write(rgb, time_s)
            if self.written == 20:
                clock.jump()
            if self.written == 60:
                worker.stop()

    clock, sink = Jumping(), Sink()
    worker = SinkWorker(sink, Rate(SIZE, 10), clock, lambda: None, lambda _: None)
    worker.slot.put(finished(1))
    worker.start()
    assert worker.join(20.0)
    assert sink.times_s == pytest.approx([tick / 10 for tick in range(60)])
    assert worker.late == 0
    assert clock.now_s() == pytest.approx(jump_s + 6.0, abs=0.3)
