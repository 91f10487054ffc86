from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.runtime.governor import SMALLEST_SHARE, Governor


def watch(governor: Governor, busy_s: Callable[[], float], seconds: float) -> list[str]:
    """Let the governor watch a machine; busy_s: what it takes for a frame as things are."""
    said, now_s = [], 0.0
    governor.restart()
    while now_s < seconds:
        spent_s = busy_s()
        now_s += max(spent_s, governor.interval_s)
        sentence = governor.observe(spent_s, now_s)
        if sentence:
            said.append(sentence)
    return said


def run(governor: Governor, ms_per_px: float, seconds: float) -> list[str]:
    """Let it watch a machine that needs `ms_per_px` for each working pixel."""
    return watch(governor, lambda: governor.working_px * ms_per_px / 1e3, seconds)


def watched(governor: Governor, frame_ms: float, pass_ms: float, seconds: float) -> list[str]:
    """Let it watch a machine on which every pass takes its time."""

    def busy_s() -> float:
        share = governor.working_px / governor.wanted_px
        return (frame_ms + governor.passes * pass_ms) * share / 1e3

    return watch(governor, busy_s, seconds)


def test_a_fast_machine_is_left_alone() -> None:
    governor = Governor(80_000, 1 / 30)
    assert run(governor, ms_per_px=20 / 80_000, seconds=30) == []
    assert governor.working_px == 80_000


def test_a_slow_machine_gets_fewer_pixels_and_holds_the_rate() -> None:
    governor = Governor(80_000, 1 / 30)
    said = run(governor, ms_per_px=60 / 80_000, seconds=30)
    assert len(said) == 1
    assert "lowered from 80,000 to" in said[0]
    assert "30 frames a second" in said[0]
    assert governor.working_px * 60 / 80_000 < 1e3 / 30


def test_when_the_load_goes_the_size_comes_back() -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    said = run(governor, ms_per_px=15 / 80_000, seconds=120)
    assert all("raised" in sentence for sentence in said)
    assert governor.working_px == 80_000


@given(st.floats(1, 5000))
def test_the_size_stays_within_its_bounds_and_does_not_hunt(ms_at_full: float) -> None:
    governor = Governor(80_000, 1 / 30)
    said = run(governor, ms_per_px=ms_at_full / 80_000, seconds=60)
    assert int(80_000 * SMALLEST_SHARE) <= governor.working_px <= 80_000
    assert len(said) <= 2


def test_another_wish_starts_over() -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    governor.want(40_000)
    assert governor.working_px == 40_000
    governor.want(40_000)
    assert governor.working_px == 40_000


def test_one_slow_frame_changes_nothing() -> None:
    governor = Governor(80_000, 1 / 30)
    assert governor.observe(5.0, 0.0) is None
    assert governor.observe(5.0, 5.0) is None
    assert governor.working_px == pytest.approx(80_000)


def test_where_there_is_time_a_frame_is_dreamed_as_often_as_is_wanted() -> None:
    governor = Governor(80_000, 1 / 30, 3)
    assert watched(governor, 6, 7, 30) == []
    assert governor.passes == 3


def test_passes_are_given_up_before_pixels_and_come_back_last() -> None:
    governor = Governor(80_000, 1 / 30, 2)
    said = watched(governor, 8, 16, 20)
    assert (governor.passes, governor.working_px) == (1, 80_000)
    assert said == ["each frame is dreamed only once, to hold 30 frames a second"]
    assert "working size lowered" in " ".join(watched(governor, 8, 40, 20))
    assert governor.passes == 1
    *larger, last = watched(governor, 6, 7, 120)
    assert all("raised" in sentence for sentence in larger)
    assert last == "each frame is dreamed twice, to hold 30 frames a second"
    assert (governor.passes, governor.working_px) == (2, 80_000)


def test_another_wish_for_passes_starts_over() -> None:
    governor = Governor(80_000, 1 / 30, 2)
    watched(governor, 8, 16, 20)
    governor.want(80_000, 4)
    assert governor.passes == 4


@given(st.floats(1, 30), st.floats(1, 30), st.integers(1, 4))
def test_passes_do_not_hunt(frame_ms: float, pass_ms: float, wanted: int) -> None:
    governor = Governor(80_000, 1 / 30, wanted)
    watched(governor, frame_ms, pass_ms, 60)
    assert len(watched(governor, frame_ms, pass_ms, 60)) <= 1


def test_it_knows_which_size_it_would_try_next() -> None:
    governor = Governor(80_000, 1 / 30)
    assert governor.next_px == int(80_000 * 0.85)
    governor.working_px = int(80_000 * SMALLEST_SHARE)
    assert governor.next_px == governor.working_px, "there is none below"


@pytest.mark.parametrize(("busy_ms", "at_ease"), [(20, True), (30, False)])
def test_it_tells_whether_there_is_room_for_other_work(busy_ms: float, at_ease: bool) -> None:
    governor = Governor(80_000, 1 / 30)
    assert not governor.is_at_ease, "nothing is known yet"
    for frame in range(25):
        governor.observe(busy_ms / 1e3, frame / 30)
    assert governor.is_at_ease == at_ease


def test_another_rate_is_watched_anew() -> None:
    governor = Governor(wanted_px=10_000, interval_s=1 / 30)
    for frame in range(30):
        governor.observe(0.01, frame / 30)
    assert governor.is_at_ease
    governor.hold(1 / 30)
    assert governor.is_at_ease, "it is the same rate"
    governor.hold(1 / 60)
    assert governor.interval_s == 1 / 60
    assert not governor.is_at_ease
