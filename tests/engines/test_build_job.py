"""In which order engines are made ahead, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.engines.build_job import REST_S, Ahead, AheadQueue, Job

names = st.lists(st.sampled_from("abcdef"))


def ahead(load: Sequence[str] = (), store: Sequence[str] = ()) -> Ahead[Any]:
    programs: Any = list(load), list(store)
    return Ahead(*programs)


def test_what_is_to_be_loaded_comes_first_the_likeliest_before_the_others() -> None:
    jobs = ahead(load="ba", store="dc").jobs(stored="")
    assert [(job.program, job.keep) for job in jobs] == [
        ("b", True),
        ("a", True),
        ("d", False),
        ("c", False),
    ]


def test_what_is_on_the_disk_is_loaded_and_not_stored_again() -> None:
    jobs = ahead(load="a", store="bc").jobs(stored="ab")
    assert [(job.program, job.keep) for job in jobs] == [("a", True), ("c", False)]


def test_what_is_to_be_loaded_and_stored_is_made_once_and_kept() -> None:
    assert ahead(load="aa", store="ba").jobs(stored="") == [Job("a", False), Job("b", False, keep=False)]


@given(names, names, st.sets(st.sampled_from("abcdef")))
def test_each_program_is_made_once_and_none_is_left_out(
    load: list[str], store: list[str], stored: set[str]
) -> None:
    made = [job.program for job in ahead(load, store).jobs(stored)]
    assert len(made) == len(set(made))
    assert set(made) == set(load) | (set(store) - stored)
    assert made[: len(set(load))] == list(dict.fromkeys(load))


def test_nobody_waits_for_what_is_made_ahead() -> None:
    jobs = ahead(load="a", store="b").jobs(stored="")
    assert not any(job.asked or job.stopgap or job.begins for job in jobs)


def test_a_show_of_which_nothing_more_is_known_makes_nothing() -> None:
    assert ahead().jobs(stored="a") == []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def queue(clock: ManualClock) -> AheadQueue[Any]:
    return AheadQueue(clock.now_s)


def test_what_is_to_be_loaded_comes_first_and_nothing_twice(queue: AheadQueue[Any]) -> None:
    queue.stored |= {("openvino", "on disk"), ("eager", "b")}
    queue.fill(Ahead(load=["a", "here", "on disk"], store=["b", "on disk", "a", "b"]), {"here"}, "openvino")
    assert len(queue) == 3
    jobs = [queue.take() for _ in range(4)]
    assert jobs == [Job("a", False), Job("on disk", False), Job("b", False, keep=False), None]


def test_nothing_is_done_during_a_rest(queue: AheadQueue[Any], clock: ManualClock) -> None:
    assert queue.rest_s is None
    queue.fill(Ahead(load=["a"]), (), "openvino")
    queue.rest()
    assert queue.rest_s == pytest.approx(REST_S)
    assert queue.take() is None
    clock.advance(REST_S / 2)
    assert queue.rest_s == pytest.approx(REST_S / 2)
    clock.advance(REST_S)
    assert queue.rest_s == 0
    assert queue.take() == Job("a", False)


def test_what_was_interrupted_comes_first(queue: AheadQueue[Any]) -> None:
    queue.fill(Ahead(load=["a", "b"]), (), "openvino")
    first = queue.take()
    assert first is not None
    queue.put_back(first)
    assert queue.take() is first


def test_it_knows_whether_it_was_filled_also_when_nothing_is_left(queue: AheadQueue[Any]) -> None:
    assert not queue.is_planned
    queue.fill(Ahead(load=["a"]), (), "openvino")
    queue.clear()
    assert queue.is_planned
    assert (len(queue), queue.take()) == (0, None)
