from __future__ import annotations

import pytest

from livedream.runtime.stats import Meter, percentiles
from livedream.runtime.status import Percentiles


def test_a_steady_rate_is_measured() -> None:
    meter = Meter(window_s=2.0)
    for tick in range(300):
        meter.note(tick / 30, 5.0)
    assert meter.rate(299 / 30) == pytest.approx(30, rel=0.02)
    assert meter.count == 300


def test_a_stalled_source_loses_its_rate() -> None:
    meter = Meter(window_s=2.0)
    for tick in range(60):
        meter.note(tick / 30)
    assert meter.rate(59 / 30 + 1.0) < 25
    assert meter.rate(59 / 30 + 3.0) == 0.0


def test_nothing_seen_is_zero() -> None:
    meter = Meter()
    assert meter.rate(1.0) == 0.0
    meter.note(1.0)
    assert meter.rate(1.0) == 0.0
    assert meter.percentiles() == Percentiles(0.0, 0.0, 0.0)


def test_clear_forgets_events_but_not_the_count() -> None:
    meter = Meter()
    meter.note(0.0, 7.0)
    meter.clear()
    assert meter.percentiles() == Percentiles()
    assert meter.count == 1


def test_percentiles_are_those_of_the_values() -> None:
    assert percentiles([float(n) for n in range(101)]) == Percentiles(50.0, 95.0, 99.0)
    assert percentiles([]) == Percentiles()
    assert percentiles([7.0]) == Percentiles(7.0, 7.0, 7.0)


def test_between_two_values_a_percentile_is_in_proportion() -> None:
    found = percentiles([3.0, 1.0])
    assert (found.p50, found.p95, found.p99) == pytest.approx((2.0, 2.9, 2.98))
