from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from livedream.errors import SourceError
from livedream.runtime.current_source import CurrentSource

GO = threading.Event()
MakeSource = Callable[..., Any]


def test_frames_come_from_the_newest_source_and_each_source_is_another_shot(make_source: MakeSource) -> None:
    first, second = make_source(), make_source(fps=25.0)
    current = CurrentSource(first)
    assert [current.read(GO).shot for _ in range(2)] == [0, 0]
    current.exchange(second)
    frames = [current.read(GO) for _ in range(2)]
    assert [(frame.shot, frame.index) for frame in frames] == [(1, 0), (1, 1)]
    assert current.info.fps == 25.0
    current.close()
    assert (first.closed, second.closed) == (1, 1)


def test_the_end_of_the_current_source_is_the_end(make_source: MakeSource) -> None:
    current = CurrentSource(make_source(1))
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
    current = CurrentSource(leaving)  # type: ignore[arg-type]
    read: list[Any] = []
    reader = threading.Thread(target=lambda: read.append(current.read(GO)))
    reader.start()
    assert leaving.reads.wait(60)
    current.exchange(make_source())
    reader.join(60)
    assert read[0].shot == 1


def test_closing_a_source_that_hangs_does_not_hold_up_the_frames(make_source: MakeSource) -> None:
    let_go = threading.Event()
    hanging = make_source()
    hanging.close = let_go.wait
    current = CurrentSource(hanging)
    current.exchange(make_source())
    assert current.read(GO).shot == 1
    let_go.set()
    current.close()


def test_a_source_that_comes_after_the_end_is_closed(make_source: MakeSource) -> None:
    current, late = CurrentSource(make_source()), make_source()
    current.close()
    current.exchange(late)
    assert late.closed == 1
    assert current.info.name == "drifting"
