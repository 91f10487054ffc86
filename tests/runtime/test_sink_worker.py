from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livedream.clock import Clock, ManualClock, SystemClock
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.runtime.sink_worker import BLOCKED_S, LONGEST_RETRY_S, Finished, Rate, SinkWorker
from livedream.sinks.memory_sink import Memory
from livedream.sinks.recorder import Recorder

SIZE = (64, 48)
JOIN_S = 60.0


def picture(level: int) -> Rgb:
    return np.full((48, 64, 3), level, np.uint8)


def finished(level: int) -> Finished:
    return Finished(picture(level), time.perf_counter())


class Scripted(ManualClock):
    """Passes time at once; does what is due at its waits, by their number, and notes how long each one is."""

    def __init__(self) -> None:
        super().__init__()
        self.due: dict[int, Callable[[], None]] = {}
        self.waited_s = list[float]()

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        self.waited_s.append(seconds)
        self.due.get(len(self.waited_s), lambda: None)()
        return super().wait(stop, seconds)


def outlet_of(
    sink: object,
    rate: Rate,
    placeholder: Callable[[], Rgb | None] = lambda: None,
    told: list[str] | None = None,
    clock: Clock | None = None,
) -> SinkWorker:
    tell = (lambda sentence: None) if told is None else told.append
    return SinkWorker(sink, rate, clock or SystemClock(), placeholder, tell)  # type: ignore[arg-type]


def run(sink_worker: SinkWorker, clock: Scripted, waits: int) -> None:
    """Let it work until it has waited so many times."""
    clock.due[waits] = sink_worker.stop
    sink_worker.start()
    assert sink_worker.join(JOIN_S)


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
    sink, clock = Memory(), Scripted()
    sink_worker = outlet_of(sink, Rate(SIZE, 50), clock=clock)
    sink_worker.slot.put(finished(9))
    run(sink_worker, clock, waits=26)
    assert sink.times_s == pytest.approx(np.arange(25) * 0.02)
    assert all(frame[0, 0, 0] == 9 for frame in sink.frames)


def test_a_slate_stands_in_until_there_is_a_picture() -> None:
    sink, slates, clock = Memory(), [picture(1)], Scripted()
    sink_worker = outlet_of(sink, Rate(SIZE, 50), lambda: slates[0] if slates else None, clock=clock)

    def come() -> None:
        sink_worker.slot.put(finished(2))
        slates.clear()

    clock.due[6] = come
    run(sink_worker, clock, waits=11)
    assert [int(frame[0, 0, 0]) for frame in sink.frames] == [1] * 5 + [2] * 5


def test_a_recording_can_wait_for_the_first_picture() -> None:
    sink, clock = Memory(), Scripted()
    sink.waits_for_dream = True
    sink_worker = outlet_of(sink, Rate(SIZE, 50), clock=clock)
    before: list[int] = []

    def come() -> None:
        before.append(sink.written)
        sink_worker.slot.put(finished(5))

    clock.due[20] = come
    run(sink_worker, clock, waits=25)
    assert before == [0]
    assert sink.written == 4
    assert sink.times_s[0] == 0.0


def test_a_recording_that_waits_in_vain_leaves_an_older_film_alone(tmp_path: Path) -> None:
    older = tmp_path / "film.mp4"
    older.write_bytes(b"an older film")
    for recorder in (Recorder(older, overwrite=True), Recorder(tmp_path / "new.mp4")):
        clock = Scripted()
        sink_worker = outlet_of(recorder, Rate(SIZE, 50), clock=clock)
        run(sink_worker, clock, waits=20)
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
    assert sink_worker.join(JOIN_S)
    assert [int(frame[0, 0, 0]) for frame in sink.frames] == list(range(20))
    assert sink_worker.written == 20
    assert sink_worker.dropped == 0


def test_a_sink_that_cannot_open_is_tried_again() -> None:
    told: list[str] = []
    sink, clock = Failing(times=2, retry_s=0.05), Scripted()
    sink_worker = outlet_of(sink, Rate(SIZE, 50), told=told, clock=clock)
    sink_worker.slot.put(finished(3))
    run(sink_worker, clock, waits=6)
    assert sink.opens == 3
    assert sink.written > 0
    assert told == ["the device is busy; free it\nclose the other program"]


def test_a_sink_that_fails_for_good_says_so_and_frees_whoever_feeds_it() -> None:
    told: list[str] = []
    sink_worker = outlet_of(Failing(write_fails=True), Rate(SIZE, 50, pace="each frame"), told=told)
    sink_worker.start()
    for level in range(5):
        sink_worker.slot.put(finished(level))
    assert sink_worker.join(JOIN_S)
    assert sink_worker.health.state == "failed"
    assert told == ["the disk is full; make room"]


def test_it_is_closed_whatever_happens() -> None:
    sink = Failing(times=1)
    sink_worker = outlet_of(sink, Rate(SIZE, 50))
    sink_worker.start()
    assert sink_worker.join(JOIN_S)
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
        sink_worker.join(JOIN_S)
    assert sink_worker.health.state == "failed"


def test_a_slow_sink_misses_ticks_and_counts_them() -> None:
    clock = Scripted()

    class Slow(Memory):
        def write(self, rgb: Rgb, time_s: float) -> None:
            clock.advance(5 / 64)
            super().write(rgb, time_s)

    sink = Slow()
    sink_worker = outlet_of(sink, Rate(SIZE, 64), clock=clock)
    sink_worker.slot.put(finished(1))
    run(sink_worker, clock, waits=10)
    assert sink.times_s == [number * 5 / 64 for number in range(9)]
    assert sink_worker.dropped == 4 * 9


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
    assert worker.join(JOIN_S)
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
    assert worker.join(JOIN_S)
    assert clock.waited_s == waits_s
    assert len(told) == times_told
    assert type(fault).__name__ in told[0]


def test_a_sink_that_hangs_is_told_of_once_and_goes_on_when_it_answers() -> None:
    class Hanging(Memory):
        entered, release = threading.Event(), threading.Event()

        def write(self, rgb: Rgb, time_s: float) -> None:
            super().write(rgb, time_s)
            self.entered.set()
            assert self.release.wait(JOIN_S)

    sink, told, clock = Hanging(), list[str](), ManualClock()
    worker = SinkWorker(sink, Rate(SIZE, 50, pace="each frame"), clock, lambda: None, told.append)
    worker.start()
    worker.slot.put(finished(1))
    assert sink.entered.wait(JOIN_S)
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
    assert worker.join(JOIN_S)
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
    assert worker.join(JOIN_S)
    assert sink.times_s == pytest.approx([tick / 10 for tick in range(60)])
    assert worker.late == 0
    assert clock.now_s() == pytest.approx(jump_s + 6.0, abs=0.3)


class Stalling(Memory):
    """Does not give back its 20th frame for 90 s, and is looked after meanwhile, or is not."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock
        self.passes: Callable[[], None] = lambda: None

    def write(self, rgb: Rgb, time_s: float) -> None:
        super().write(rgb, time_s)
        if self.written == 20:
            for _ in range(90):
                self._clock.advance(1.0)
                self.passes()


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_write_that_hung_for_long_is_missed_and_a_machine_that_slept_is_not(is_seen: bool) -> None:
    clock = Scripted()
    sink = Stalling(clock)
    worker = SinkWorker(sink, Rate(SIZE, 10), clock, lambda: None, lambda _: None)
    if is_seen:
        sink.passes = worker.look_after
    worker.slot.put(finished(1))
    run(worker, clock, waits=41)
    assert sink.written == 40
    missed = 900 if is_seen else 0
    assert worker.late == pytest.approx(missed, abs=1)
    assert sink.times_s[20:] == pytest.approx([(tick + missed) / 10 for tick in range(20, 40)], abs=0.15)
