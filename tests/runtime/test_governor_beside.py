"""While another look is blended in, a dream is no finer than its base, whatever there was time for."""

from __future__ import annotations

import pytest

from livedream.runtime.governor import Governor

INTERVAL_S = 1 / 30


def watched(
    governor: Governor, load: float, seconds: float, *, from_s: float = 0.0, alone: bool = False
) -> list[str]:
    """Let the governor watch frames from a time on; returns what it said."""
    frames = round(seconds / INTERVAL_S)
    said = [
        governor.observe(load * governor.interval_s, from_s + frame * INTERVAL_S, alone=alone)
        for frame in range(frames)
    ]
    return [sentence for sentence in said if sentence]


@pytest.mark.parametrize(("passes", "first"), [(1, "working size lowered"), (2, "only once")])
def test_what_is_too_slow_is_what_is_dreamed(passes: int, first: str) -> None:
    governor = Governor(80_000, INTERVAL_S, passes, most_finer=8, finer=8.0)
    (said,) = watched(governor, 1.2, 3)
    assert first in said, "and not in the third window after this"
    assert governor.finer == 1, "there is no time for the base"


def test_with_time_to_spare_what_is_not_dreamed_becomes_no_finer_and_stays_as_fine_as_it_was() -> None:
    governor = Governor(80_000, INTERVAL_S, most_finer=8, finer=2.0)
    assert watched(governor, 0.1, 60) == []
    assert (governor.finer, governor.awaited) == (2, None)


def test_what_a_finer_dream_takes_is_not_measured_on_what_is_none() -> None:
    governor = Governor(80_000, INTERVAL_S, most_finer=2)
    assert len(watched(governor, 0.3, 16, alone=True)) == 1
    assert governor.finer == 2
    watched(governor, 0.3, 3, from_s=100.0)
    assert governor._prices == {}, "beside another it takes what its base takes"
    watched(governor, 0.75, 3, from_s=200.0, alone=True)
    assert governor._prices == {}


def test_at_another_rate_a_finer_dream_is_not_compared_with_the_load_before() -> None:
    governor = Governor(80_000, INTERVAL_S, most_finer=2)
    assert len(watched(governor, 0.3, 16, alone=True)) == 1
    governor.hold(2 * INTERVAL_S)
    watched(governor, 0.3, 3, from_s=100.0, alone=True)
    assert governor._prices == {}
