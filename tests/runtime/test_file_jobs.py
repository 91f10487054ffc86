from __future__ import annotations

import os
import sys
import threading

import pytest

from livedream.errors import SinkError
from livedream.runtime.file_jobs import NICE, FileJobs


def test_jobs_are_done_in_order_on_another_thread_and_told() -> None:
    told: list[str] = []
    threads: list[int] = []

    def job(name: str) -> str:
        threads.append(threading.get_ident())
        return name

    jobs = FileJobs(told.append)
    for name in ("one", "two", "three"):
        jobs.add(lambda name=name: job(name))  # type: ignore[misc]
    assert jobs.finish(60.0)
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
    assert jobs.finish(60.0)
    assert told == ["a.png cannot be written because the disk is full", "b.png"]


def test_a_mistake_is_told_and_reaches_whoever_ends_it_and_the_next_is_written() -> None:
    told: list[str] = []
    jobs = FileJobs(told.append)
    jobs.add(lambda: str(1 / 0))
    jobs.add(lambda: "b.png")
    with pytest.raises(ZeroDivisionError):
        jobs.finish(60.0)
    assert told == ["a file could not be written (ZeroDivisionError: division by zero)", "b.png"]


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
    assert jobs.finish(60.0)


def nice_of_jobs(jobs: FileJobs) -> int:
    """Do a job, and return how nice its thread was."""
    seen: list[int] = []

    def job() -> str:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        return "still"

    jobs.add(job)
    assert jobs.finish(60.0)
    return seen[0]


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority of its own here")
@pytest.mark.parametrize("nice", [NICE + 1, 19])
def test_who_is_nicer_already_writes_files_too(nice: int, monkeypatch: pytest.MonkeyPatch) -> None:
    set_: list[int] = []

    def refused(which: int, who: int, value: int) -> None:
        set_.append(value)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "getpriority", lambda which, who: nice)
    monkeypatch.setattr(os, "setpriority", refused)
    assert nice_of_jobs(FileJobs(lambda _: None)) == nice
    assert set_ == [], "raising it is for root alone"


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority of its own here")
def test_a_priority_that_cannot_be_lowered_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(which: int, who: int, value: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    told: list[str] = []
    monkeypatch.setattr(os, "getpriority", lambda which, who: 0)
    monkeypatch.setattr(os, "setpriority", refused)
    jobs = FileJobs(told.append)
    nice_of_jobs(jobs)
    assert told == ["still"]


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has no priority of its own here")
def test_its_thread_stands_back_and_no_other() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert nice_of_jobs(FileJobs(lambda _: None)) == max(own, NICE)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own
