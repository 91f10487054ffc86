"""A stall, of the machine or of a person's Ctrl-Z, is no load."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.runtime.governor import SETTLE_S, Governor

INTERVAL_S = 1 / 30


def watched(governor: Governor, busy_s: list[float]) -> list[tuple[float, str]]:
    """Let the governor watch frames; returns when it said what."""
    said, now_s = list[tuple[float, str]](), 0.0
    for spent_s in busy_s:
        now_s += max(spent_s, governor.interval_s)
        sentence = governor.observe(spent_s, now_s)
        if sentence:
            said.append((now_s, sentence))
    return said


@given(st.integers(0, 150), st.floats(0.05, 600.0), st.floats(0.001, 0.96 * INTERVAL_S))
def test_a_single_stall_changes_nothing_whenever_it_comes(at: int, stall_s: float, frame_s: float) -> None:
    governor, busy_s = Governor(80_000, INTERVAL_S), [frame_s] * 225
    busy_s[at] = stall_s
    assert watched(governor, busy_s) == []
    assert governor.working_px == 80_000


def test_a_stall_leaves_a_dream_as_fine_as_it_was_and_its_price_what_it_was() -> None:
    governor = Governor(80_000, INTERVAL_S, most_finer=2)
    now_s, stalls = 0.0, 0
    for _ in range(1800):
        busy_s = 0.012 * governor.finer
        if governor.finer > 1 and stalls == 0:
            busy_s, stalls = 3.0, 1
        now_s += max(busy_s, INTERVAL_S)
        governor.observe(busy_s, now_s)
    assert stalls == 1
    assert governor.finer == 2


def test_after_a_stall_there_is_time_to_spare_as_before() -> None:
    governor = Governor(80_000, INTERVAL_S)
    for frame in range(25):
        governor.observe(3.0 if frame == 7 else 0.02, frame / 1e3)
    assert governor.is_at_ease


@pytest.mark.parametrize("load", [1.0, 1.5, 4.0, 12.0])
def test_a_load_that_stays_is_answered_at_once_and_to_its_whole_extent(load: float) -> None:
    governor = Governor(80_000, INTERVAL_S)
    ((said_s, _),) = watched(governor, [load * INTERVAL_S] * max(11, round(3 / load / INTERVAL_S)))
    assert said_s <= max(SETTLE_S, 11 * load * INTERVAL_S) + 2 * load * INTERVAL_S
    assert governor.working_px * load <= 0.8 * 80_000 or governor.working_px < 0.13 * 80_000


@pytest.mark.parametrize(("slow", "every"), [(2.0, 2), (4.0, 4), (10.0, 12)])
def test_a_load_in_some_of_the_frames_is_one(slow: float, every: int) -> None:
    """The others have time to spare; all together have none."""
    governor = Governor(80_000, INTERVAL_S)
    frames = [(slow if frame % every == 0 else 0.5) * INTERVAL_S for frame in range(150)]
    assert len(watched(governor, frames)) >= 1
    assert governor.working_px < 80_000
