from __future__ import annotations

import threading

import pytest

from livedream.runtime import workers as module
from livedream.runtime.workers import Workers


def test_an_error_in_one_ends_the_others_and_the_first_one_is_raised() -> None:
    woken = threading.Event()
    workers = Workers(woken.set)

    def fail() -> None:
        raise RuntimeError("first")

    workers.start({"patient": lambda: assert_true(workers.stop.wait(60)), "failing": fail})
    assert woken.wait(60)
    workers.join()
    assert not workers.are_running
    workers.note(RuntimeError("second"))
    with pytest.raises(RuntimeError, match="first"):
        workers.raise_fault()


def test_those_that_are_to_give_way_do_so_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = list[str]()
    monkeypatch.setattr(module, "step_back", lambda: threads.append(threading.current_thread().name))
    workers = Workers(lambda: None)
    done = {name: threading.Event() for name in ("first", "second", "third")}
    workers.start({name: event.set for name, event in done.items()}, giving_way=("second", "third"))
    assert all(event.wait(60) for event in done.values())
    workers.join()
    assert sorted(threads) == ["second", "third"]


def test_they_run_until_the_end_is_asked_for() -> None:
    workers = Workers(lambda: None)
    assert not workers.are_running
    workers.start({"patient": lambda: assert_true(workers.stop.wait(60))})
    assert workers.are_running
    workers.join()
    assert not workers.are_running
    workers.raise_fault()


def test_whoever_takes_longer_is_left_behind_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JOIN_S", 0.01)
    go_on, workers = threading.Event(), Workers(lambda: None)
    late = {name: lambda: assert_true(go_on.wait(60)) for name in ("slow", "slower")}
    workers.start({"done": lambda: None} | late)
    workers.join()
    assert [thread.name for thread in workers.left("done", "slow", "none")] == ["slow"]
    (thread,) = workers.left("slow")
    go_on.set()
    thread.join(60)
    assert workers.left("slow") == []


def assert_true(is_so: bool) -> None:
    assert is_so
