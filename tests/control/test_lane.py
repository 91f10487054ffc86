"""What takes long keeps nobody waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from livedream.control.lane import DirectLane, Lane


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane("test")
    yield made
    made.close()


def test_work_is_done_elsewhere_and_waited_for(lane: Lane) -> None:
    leave, done = threading.Event(), []
    lane.put(lambda: done.append((leave.wait(60), threading.current_thread().name)))
    assert lane.busy
    assert not lane.wait_idle(0.0)
    with pytest.raises(RuntimeError, match="test is busy"):
        lane.put(lambda: None)
    leave.set()
    assert lane.wait_idle(60)
    assert done == [(True, "test")]
    assert not lane.busy


def test_one_thread_does_all_and_ends(lane: Lane) -> None:
    done = set[threading.Thread]()
    for _ in range(20):
        lane.put(lambda: done.add(threading.current_thread()))
        assert lane.wait_idle(60)
    assert len(done) == 1
    lane.close(60)
    assert not done & set(threading.enumerate())


def test_one_that_was_never_used_has_no_thread() -> None:
    Lane("idle").close()
    assert "idle" not in {thread.name for thread in threading.enumerate()}


def test_a_direct_lane_does_it_in_the_thread_that_asks() -> None:
    threads: list[threading.Thread] = []
    lane = DirectLane("here")
    lane.put(lambda: threads.append(threading.current_thread()))
    assert (threads, lane.busy) == ([threading.current_thread()], False)
