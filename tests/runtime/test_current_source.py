from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from livedream.clock import Clock, ManualClock
from livedream.errors import InputError, SourceError
from livedream.health import Health
from livedream.runtime.current_source import HANGS_S, CurrentSource

GO = threading.Event()
MakeSource = Callable[..., Any]


def current_of(
    source: Any, clock: Clock | None = None, tell: Callable[[str], None] = lambda _: None
) -> CurrentSource:
    return CurrentSource(source, clock or ManualClock(), tell)


def test_frames_come_from_the_newest_source_and_each_source_is_another_shot(make_source: MakeSource) -> None:
    first, second = make_source(), make_source(fps=25.0)
    current = current_of(first)
    assert [current.read(GO).shot for _ in range(2)] == [0, 0]
    current.exchange(second)
    frames = [current.read(GO) for _ in range(2)]
    assert [(frame.shot, frame.index) for frame in frames] == [(1, 0), (1, 1)]
    assert current.info.fps == 25.0
    current.close()
    assert (first.closed, second.closed) == (1, 1)


def test_the_end_of_the_current_source_is_the_end(make_source: MakeSource) -> None:
    current = current_of(make_source(1))
    current.exchange(make_source(1))
    assert current.read(GO) is not None
    assert current.read(GO) is None


class Leaving:
    """Waits in a read until it is closed, and fails then or ends."""

    def __init__(self, fault: Exception | None) -> None:
        self.reads, self.is_closed = threading.Event(), threading.Event()
        self._fault = fault

    def read(self, stop: threading.Event) -> None:
        self.reads.set()
        self.is_closed.wait()
        if self._fault is not None:
            raise self._fault

    def close(self) -> None:
        self.is_closed.set()


@pytest.mark.parametrize("fault", [None, SourceError("it was closed")])
def test_a_source_that_is_left_in_the_midst_of_a_read_neither_ends_nor_fails_the_show(
    make_source: MakeSource, fault: Exception | None
) -> None:
    leaving = Leaving(fault)
    current = current_of(leaving)  # type: ignore[arg-type]
    read: list[Any] = []
    reader = threading.Thread(target=lambda: read.append(current.read(GO)))
    reader.start()
    assert leaving.reads.wait(60)
    current.exchange(make_source())
    reader.join(60)
    assert read[0].shot == 1


@pytest.mark.parametrize("is_device", [False, True])
def test_a_film_whose_read_hangs_is_lost_until_it_comes_back(
    make_source: MakeSource, is_device: bool
) -> None:
    clock, seen = ManualClock(), list[Health]()
    source = make_source()
    source.info = replace(source.info, is_device=is_device)
    current, read = current_of(source, clock), source.read

    def hanging(stop: threading.Event) -> Any:
        for _ in range(2):
            seen.append(current.health)
            clock.advance(HANGS_S)
        return read(stop)

    source.read = hanging
    assert current.read(GO) is not None
    lost = Health("stale", "drifting does not answer; the show goes on as soon as it does.")
    assert seen == [Health("live"), Health("live") if is_device else lost]  # devices watch over themselves
    assert current.health == Health("live")


def test_closing_a_source_that_hangs_does_not_hold_up_the_frames(make_source: MakeSource) -> None:
    let_go = threading.Event()
    hanging = make_source()
    hanging.close = let_go.wait
    current = current_of(hanging)
    current.exchange(make_source())
    assert current.read(GO).shot == 1
    let_go.set()
    current.close()


def test_a_source_that_comes_after_the_end_is_closed(make_source: MakeSource) -> None:
    current, late = current_of(make_source()), make_source()
    current.close()
    current.exchange(late)
    assert late.closed == 1
    assert current.info.name == "drifting"


class Watching(ManualClock):
    """Time that passes as it is waited for; `seen` is how the source was at each first look, and when."""

    current: CurrentSource

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[float, Health]] = []
        self.at_first: Callable[[], None] = lambda: None

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        if not self.seen:
            self.at_first()
        self.seen.append((self.now_s(), self.current.health))
        return super().wait(stop, seconds)


@pytest.fixture
def clock() -> Watching:
    return Watching()


def failing(source: Any, faults: Mapping[int, Exception | None]) -> Any:
    """Let the reads of these numbers raise; the others go on."""
    read, reads = source.read, iter(range(10_000))

    def failing_read(stop: threading.Event) -> Any:
        fault = faults.get(next(reads))
        if fault is not None:
            raise fault
        return read(stop)

    source.read = failing_read
    return source


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (MemoryError("no room"), "MemoryError: no room"),
        (RuntimeError("a driver's\nmistake"), "RuntimeError: a driver's mistake"),
        (InputError("it is no film any more."), "it is no film any more"),
    ],
)
def test_whatever_a_read_raises_the_source_is_lost_and_read_again(
    make_source: MakeSource, clock: Watching, fault: Exception, why: str
) -> None:
    clock.current = current = current_of(failing(make_source(), {1: fault}), clock)
    assert [current.read(GO).index for _ in range(2)] == [0, 1]
    assert clock.seen[0][1] == Health("stale", f"drifting is lost: {why}; trying again in 1 s.")
    assert clock.now_s() == pytest.approx(0.5, abs=0.06)
    assert current.health == Health("live")


def test_a_source_that_goes_on_failing_is_read_ever_less_often_until_it_was_steady(
    make_source: MakeSource, clock: Watching
) -> None:
    faults = {read: MemoryError() for read in (1, 2, 3, 4, 5, 6, 8, 10)}
    clock.current = current = current_of(failing(make_source(), faults), clock)
    waited_s = []
    for steady_s in (0.0, 1.0, 20.0, 0.0):
        before_s = clock.now_s()
        assert current.read(GO) is not None
        waited_s.append(clock.now_s() - before_s)
        clock.advance(steady_s)
    assert waited_s == pytest.approx([0.0, 0.5 + 1 + 2 + 4 + 8 + 8, 8.0, 0.5], abs=0.4)


def test_a_lost_source_ends_with_the_show_and_gives_way_to_another(
    make_source: MakeSource, clock: Watching
) -> None:
    stop = threading.Event()
    faults = dict.fromkeys(range(1, 1000), MemoryError("no room"))
    clock.current = current = current_of(failing(make_source(), faults), clock)
    current.read(stop)
    clock.at_first = lambda: current.exchange(make_source(fps=25.0))
    assert current.read(stop).shot == 1
    assert clock.now_s() < 0.5
    current.exchange(failing(make_source(), dict.fromkeys(range(1000), MemoryError("no room"))))
    clock.seen.clear()
    clock.at_first = stop.set
    assert current.read(stop) is None, "one that was chosen in mid-show does not end it"
    assert current.health.message.startswith("drifting is lost: MemoryError: no room")


def test_a_show_whose_source_was_never_read_ends_with_a_sentence(make_source: MakeSource) -> None:
    current = current_of(failing(make_source(), {0: ZeroDivisionError("a mistake")}))
    with pytest.raises(SourceError, match=r"drifting is lost: ZeroDivisionError: a mistake; no picture"):
        current.read(GO)


@pytest.mark.parametrize(
    "rgb", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_loses_the_source(
    make_source: MakeSource, clock: Watching, rgb: np.ndarray
) -> None:
    source = make_source()
    read = source.read
    clock.current = current = current_of(source, clock)
    current.read(GO)
    source.read = lambda stop: (setattr(source, "read", read), replace(read(stop), rgb=rgb))[1]
    assert current.read(GO).index == 2
    assert "drifting is lost: it delivers an unknown kind of picture" in clock.seen[0][1].message


def test_a_source_that_cannot_be_closed_is_told_and_holds_up_nobody(make_source: MakeSource) -> None:
    def refuses() -> None:
        raise OSError("gone")

    told: list[str] = []
    first, second = make_source(), make_source()
    first.close = second.close = refuses
    current = current_of(first, tell=told.append)
    current.exchange(second)
    current.close()
    assert told == ["drifting cannot be closed: OSError: gone"] * 2
