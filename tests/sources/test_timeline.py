"""When frames are due."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.sources.timeline import Pace, Timeline, nominal_fps

stamps = st.lists(st.none() | st.floats(-1e4, 1e4), max_size=30)


def test_it_starts_at_zero_and_keeps_distances() -> None:
    timeline = Timeline(25.0)
    assert [timeline.place(stamp) for stamp in (3.0, 3.1, 3.5)] == pytest.approx([0, 0.1, 0.5])
    assert timeline.end_s == pytest.approx(0.54)


def test_a_loop_goes_on_where_the_last_frame_ends() -> None:
    timeline = Timeline(10.0)
    first = [timeline.place(stamp, 0.25) for stamp in (1.0, 1.25)]
    timeline.restart()
    again = [timeline.place(stamp, 0.25) for stamp in (1.0, 1.25)]
    assert first + again == pytest.approx([0, 0.25, 0.5, 0.75])


def test_missing_and_backward_stamps_are_a_frame_apart() -> None:
    timeline = Timeline(10.0)
    due = [timeline.place(stamp) for stamp in (5.0, None, None, 1.0, 1.1)]
    assert due == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("stamped", "due"),
    [
        ([0.0, 0.1, 0.1, 0.3, 0.4], [0, 0.1, 0.2, 0.3, 0.4]),
        ([0.0, 0.0, 0.2, 0.2, 0.4, 0.4], [0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        ([0.0, 0.1, 0.08, 0.3], [0, 0.1, 0.2, 0.3]),
        ([0.0, 0.0, 0.0, 0.15, 0.4], [0, 0.1, 0.2, 0.20625, 0.4]),
    ],
)
def test_repeated_stamps_make_nothing_longer(stamped: list[float], due: list[float]) -> None:
    timeline = Timeline(10.0)
    assert [timeline.place(stamp) for stamp in stamped] == pytest.approx(due)


@settings(deadline=None)
@given(stamps, stamps, st.floats(0.5, 240))
def test_time_only_grows(first: list[float | None], second: list[float | None], fps: float) -> None:
    timeline = Timeline(fps)
    due = [timeline.place(stamp) for stamp in first]
    timeline.restart()
    due += [timeline.place(stamp) for stamp in second]
    assert all(later > earlier for earlier, later in pairwise(due))
    assert due[:1] in ([], [0.0])


@settings(deadline=None)
@given(st.none() | st.floats(allow_nan=True), st.lists(st.floats(-1e6, 1e6), max_size=12))
def test_the_rate_always_makes_sense(declared: float | None, seen: list[float]) -> None:
    assert 0 < nominal_fps(declared, seen) <= 1000


def test_the_rate_is_declared_or_measured_or_25() -> None:
    assert nominal_fps(29.97, [0, 1, 2]) == 29.97
    assert nominal_fps(90_000, [0.0, 0.1, 0.2, 5.0]) == pytest.approx(10)
    assert nominal_fps(None, [0.0]) == 25


def test_bursts_pass_in_their_own_time() -> None:
    pace = Pace()
    assert [pace.wait_s(stamp, 100.0) for stamp in (0.0, 0.1, 0.2)] == pytest.approx([0, 0.1, 0.2])
    assert pace.wait_s(0.5, 101.0) == 0
    assert pace.wait_s(0.6, 101.0) == pytest.approx(0.1)
    assert pace.wait_s(60.0, 101.0) == 1.0
