from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.runtime.governor import SMALLEST_SHARE, Governor, affordable
from livedream.settings import Settings, change


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
    run(governor, ms_per_px=900 / 80_000, seconds=60)
    assert governor.next_px == governor.working_px, "there is none below"
    assert governor.working_px == pytest.approx(80_000 * SMALLEST_SHARE, rel=0.03)


def test_at_the_foot_of_the_ladder_nothing_moves() -> None:
    governor = Governor(78_000, 1 / 30)
    run(governor, ms_per_px=900 / 78_000, seconds=60)
    lowest, loads = governor.working_px, itertools.cycle([0.0] * 600 + [0.1] * 120)
    sizes = set()
    for sentence in watch(governor, lambda: next(loads), 200):
        sizes |= {int(number.replace(",", "")) for number in re.findall(r"[\d,]+(?= to| pixels)", sentence)}
    assert min(sizes) == lowest
    assert all(abs(math.log(larger / lowest, 0.85) % 1 - 0.5) > 0.49 for larger in sizes), "only whole rungs"


def test_sizes_that_never_last_are_tried_less_and_less() -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    fits = governor.working_px
    # Another program lets everything up to this size run, and then not: whatever comes is taken back.
    said = watch(governor, lambda: 0.01 if governor.working_px <= fits else 0.034, 1800)
    assert 4 <= len(said) <= 25  # without that, 120


def test_after_a_size_that_lasted_the_next_comes_as_soon_as_ever() -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    fits = governor.working_px
    watch(governor, lambda: 0.01 if governor.working_px <= fits else 0.034, 300)
    said = run(governor, ms_per_px=5 / 80_000, seconds=320)  # the calm was 192 s, or else 12 a rung
    assert all("raised" in sentence for sentence in said)
    assert governor.working_px == 80_000


@pytest.mark.parametrize(("every_s", "most"), [(20, 8), (60, 13), (300, 14)])
def test_a_machine_whose_own_speed_swings_is_not_followed_up_and_down(every_s: int, most: int) -> None:
    """For half of the time it takes two thirds longer: a size that lasted a while is not one to trust."""
    governor, frames = Governor(80_000, 1 / 30), 0

    def busy_s() -> float:
        nonlocal frames
        frames += 1
        return (36 if frames // (30 * every_s) % 2 else 22) / 1e3 * governor.working_px / 80_000

    first, second = (watch(governor, busy_s, 1200) for _ in range(2))
    assert len(first) + len(second) >= 2
    assert len(second) <= most


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


def at_detail(governor: Governor, frame_ms: float, octave_ms: float, seconds: float) -> list[str]:
    """Let it watch a machine; octave_ms: for as many pixels on top as the base has."""
    return watch(
        governor, lambda: (frame_ms + (governor.finer - 1) * octave_ms * governor.passes) / 1e3, seconds
    )


def test_where_there_is_time_the_dream_becomes_finer_up_to_the_output() -> None:
    governor = Governor(80_000, 1 / 30, most_finer=11.5)
    said = at_detail(governor, 4, 1, 120)
    assert governor.finer == 8
    assert (governor.working_px, governor.passes) == (80_000, 1)
    assert said[0] == "the dream is finer: 2 times the pixels wanted, at 30 frames a second"
    assert len(said) == 3


def test_a_finer_dream_is_kept_without_hunting() -> None:
    governor = Governor(80_000, 1 / 30, most_finer=11.5)
    at_detail(governor, 12, 9, 30)
    assert governor.finer == 2
    assert at_detail(governor, 12, 9, 120) == []
    assert governor.finer == 2


@given(st.floats(1, 60), st.floats(0.1, 60), st.integers(1, 3))
def test_detail_does_not_hunt_whatever_it_takes(frame_ms: float, octave_ms: float, passes: int) -> None:
    governor = Governor(80_000, 1 / 30, passes, most_finer=16)
    at_detail(governor, frame_ms, octave_ms, 100)
    assert len(at_detail(governor, frame_ms, octave_ms, 120)) <= 2
    assert governor.finer == 1 or (governor.working_px, governor.passes) == (80_000, passes)


@given(st.lists(st.floats(-0.12, 0.12), min_size=50, max_size=50), st.floats(6, 30))
def test_a_restless_machine_makes_it_hunt_less_and_less(noise: list[float], octave_ms: float) -> None:
    """Other programs take up to an eighth more or less, a few seconds at a time."""
    governor, frames = Governor(80_000, 1 / 30, most_finer=4), 0

    def busy_s() -> float:
        nonlocal frames
        frames += 1
        return (13 + (governor.finer - 1) * octave_ms) * (1 + noise[frames // 100 % len(noise)]) / 1e3

    watch(governor, busy_s, 60)
    assert len(watch(governor, busy_s, 120)) <= 4


def test_detail_is_given_up_first_and_comes_back_last() -> None:
    governor = Governor(80_000, 1 / 30, 2, most_finer=2, finer=2.0)
    (said,) = watched(governor, 30, 2, 4)
    assert said == "the dream is less fine: 1 times the pixels wanted, at 30 frames a second"
    assert (governor.finer, governor.passes, governor.working_px) == (1, 2, 80_000)
    watched(governor, 8, 40, 20)
    assert governor.passes == 1
    assert governor.working_px < 80_000
    *_, passes, finer = watched(governor, 2, 1, 200)
    assert "twice" in passes
    assert "finer: 2 times" in finer


def test_after_it_was_taken_back_the_calm_lasts_longer() -> None:
    """Of another program that comes and goes every half minute less and less is seen."""
    governor, frames = Governor(80_000, 1 / 30, most_finer=2), 0

    def busy_s() -> float:
        nonlocal frames
        frames += 1
        return (10 * governor.finer + (16 if frames // 900 % 2 else 0)) / 1e3

    said = watch(governor, busy_s, 1800)
    assert 4 <= len(said) <= 12, "and not 60 times, as often as it comes and goes"
    assert governor.working_px == 80_000


def test_a_finer_dream_that_leaves_no_time_for_others_is_taken_back_and_not_tried_again() -> None:
    governor = Governor(80_000, 1 / 30, most_finer=2)
    assert len(at_detail(governor, 13, 17, 300)) == 2
    assert governor.finer == 1


def test_a_far_too_fine_dream_is_given_up_at_once() -> None:
    governor = Governor(80_000, 1 / 30, most_finer=16, finer=16.0)
    assert len(at_detail(governor, 10, 10, 4)) == 1
    assert governor.finer == 2


def test_nothing_finer_is_taken_before_its_engine_is_there() -> None:
    governor, frame = Governor(80_000, 1 / 30, most_finer=2), 0

    def observe(*, is_there: bool) -> list[str]:
        nonlocal frame
        said = []
        for _ in range(30 * 20):
            frame += 1
            said.append(governor.observe(0.005, frame / 30, lambda _finer: is_there))
        return [sentence for sentence in said if sentence]

    assert observe(is_there=False) == []
    assert (governor.finer, governor.awaited) == (1, 2)
    assert len(observe(is_there=True)) == 1
    assert (governor.finer, governor.awaited) == (2, None)


def test_another_dream_begins_as_fine_as_is_said_where_all_else_is_there() -> None:
    governor = Governor(80_000, 1 / 30, most_finer=4)
    governor.begin(4.0)
    assert governor.finer == 4
    governor.working_px = 60_000
    governor.begin(4.0)
    assert governor.finer == 1


def test_at_another_rate_nothing_is_known_to_have_failed() -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    fits = governor.working_px
    watch(governor, lambda: 0.01 if governor.working_px <= fits else 0.034, 300)
    governor.hold(1 / 25)
    assert len(run(governor, ms_per_px=5 / 80_000, seconds=16)) == 1


@pytest.mark.parametrize(("is_other", "seconds"), [(True, 12.0), (False, 192.0)])
def test_what_had_to_be_taken_back_is_remembered_of_the_same_dream(is_other: bool, seconds: float) -> None:
    governor = Governor(80_000, 1 / 30)
    run(governor, ms_per_px=60 / 80_000, seconds=10)
    fits = governor.working_px
    watch(governor, lambda: 0.01 if governor.working_px <= fits else 0.034, 300)
    governor.begin(1.0, is_other=is_other)
    assert run(governor, ms_per_px=5 / 80_000, seconds=0.9 * seconds) == []
    assert len(run(governor, ms_per_px=5 / 80_000, seconds=1.3 * seconds)) >= 1


@pytest.mark.parametrize(
    ("governor", "is_settled", "passes"),
    [
        (None, False, 3),
        (Governor(80_000, 1 / 30, 3), True, 3),
        (Governor(80_000, 1 / 30, 3, passes=2), True, 2),
        (Governor(80_000, 1 / 30, 3), False, 1),
    ],
)
def test_a_frame_is_dreamed_no_more_often_than_there_is_time_for(
    governor: Governor | None, is_settled: bool, passes: int
) -> None:
    """Without a governor as often as asked; by a stopgap once."""
    wished = change(Settings(), {"dream.passes": 3})
    assert affordable(wished, governor, is_settled=is_settled).dream.passes == passes
