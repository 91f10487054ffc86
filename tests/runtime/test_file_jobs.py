from __future__ import annotations

import threading

import pytest

from livedream.errors import SinkError
from livedream.runtime.file_jobs import FileJobs


def test_jobs_are_done_in_order_on_another_thread_and_told() -> None:
    told: list[str] = []
    threads: list[int] = []

    def job(name: str) -> str:
        threads.append(threading.get_ident())
        return name

    jobs = FileJobs(told.append)
    for name in ("one", "two", "three"):
        jobs.add(lambda name=name: job(name))  # type: ignore[misc]
    assert jobs.finish(20.0)
    assert told == ["one", "two", "three"]
    assert set(threads) != {threading.get_ident()}
    assert len(set(threads)) == 1


def test_what_cannot_be_written_is_told_and_the_next_is_written() -> None:
    told: list[str] = []

    def fail() -> str:
        raise SinkError("a.png cannot be written because the disk is full")

    jobs = FileJobs(told.append)
    jobs.add(fail)
    jobs.add(lambda: "b.png")
    assert jobs.finish(20.0)
    assert told == ["a.png cannot be written because the disk is full", "b.png"]


def test_a_mistake_reaches_whoever_ends_it() -> None:
    jobs = FileJobs(lambda _: None)
    jobs.add(lambda: str(1 / 0))
    with pytest.raises(ZeroDivisionError):
        jobs.finish(20.0)


def test_without_a_job_there_is_nothing_to_end() -> None:
    assert FileJobs(lambda _: None).finish(0.0)


def test_what_takes_too_long_is_left_behind_and_said() -> None:
    told, go_on = list[str](), threading.Event()

    def slow() -> str:
        go_on.wait(60)
        return "late"

    jobs = FileJobs(told.append)
    jobs.add(slow)
    assert not jobs.finish(0.01)
    assert told == ["a file could not be written within 0 s and was left behind"]
    go_on.set()
    assert jobs.finish(20.0)
