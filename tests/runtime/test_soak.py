from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from livedream.clock import ManualClock, SystemClock
from livedream.runtime import soak as module
from livedream.runtime.bench import Nowhere
from livedream.runtime.plan import Plan
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import Rate
from livedream.runtime.soak import LOOKS, Soaking, SoakMinute, drift, soak
from livedream.runtime.stats import Meter
from livedream.runtime.status import Status
from livedream.settings import Settings

PLAN = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", paced=False, governed=False)
STEADY = SoakMinute(300.0, 10, 40, 30.0, 15.0, 20.0, 25.0, 0, (376, 208))


def test_a_steady_show_has_no_drift() -> None:
    seen = drift([STEADY] * 60)
    assert (seen.memory_growth_percent, seen.fps_percent, seen.p99_percent) == (0, 0, 0)
    assert (seen.threads_more, seen.handles_more) == (0, 0)
    assert len(seen.minutes) == 60


def test_memory_counts_from_the_fifth_minute_on() -> None:
    growing = [replace(STEADY, rss_mb=100.0 + 10 * min(minute, 5)) for minute in range(1, 61)]
    assert drift(growing).memory_growth_percent == 0
    growing[-1] = replace(STEADY, rss_mb=151.5)
    assert drift(growing).memory_growth_percent == 1


def test_the_last_five_minutes_are_held_against_the_first_five() -> None:
    slower = [STEADY] * 55 + [replace(STEADY, fps=27.0, p99_ms=50.0, threads=12, handles=43)] * 5
    seen = drift(slower)
    assert (seen.fps_percent, seen.p99_percent) == (-10, 100)
    assert (seen.threads_more, seen.handles_more) == (2, 3)


def test_one_bad_minute_is_no_drift() -> None:
    assert drift([*[STEADY] * 59, replace(STEADY, p99_ms=90.0)]).p99_percent == 0


def test_of_a_short_run_its_halves_are_compared() -> None:
    seen = drift([STEADY, replace(STEADY, rss_mb=303.0, fps=15.0)])
    assert (seen.memory_growth_percent, seen.fps_percent) == (1, -50)
    assert drift([STEADY]).fps_percent == 0


def test_no_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="no minutes"):
        drift([])


def test_an_engine_that_is_there_beside_another_for_a_moment_is_no_growth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = iter([300.0] * (LOOKS - 9) + [342.0] * 9)
    monkeypatch.setattr(module, "rss_mb", lambda: next(sizes))
    clock, status = ManualClock(), Status(working_wh=(376, 208))

    def wait(seconds: float) -> bool:
        clock.advance(seconds)
        return False

    session: Any = SimpleNamespace(status=lambda: status, wait=wait)
    sink_worker: Any = SimpleNamespace(written=0, latency_ms=Meter())
    seen = soak(session, sink_worker, clock, Soaking(1))
    assert seen is not None
    assert seen.minutes[0].rss_mb == 300.0


def _session(source: Any, settings: Settings) -> tuple[LiveSession, Any]:
    session = LiveSession(source, settings, PLAN)
    return session, session.add_sink(Nowhere(), Rate(PLAN.output_wh, PLAN.fps, pace="each frame"))


@pytest.mark.slow
def test_a_running_show_is_watched(make_source: Callable[..., Any], small_settings: Settings) -> None:
    session, sink_worker = _session(make_source(), small_settings)
    session.start()
    try:
        assert session.wait_settled(60)
        told: list[SoakMinute] = []
        seen = soak(session, sink_worker, SystemClock(), Soaking(2, 5.0, told.append))
    finally:
        session.finish()
    assert seen is not None
    assert len(seen.minutes) == 2
    assert told == list(seen.minutes)
    for minute in seen.minutes:
        assert minute.rss_mb > 10
        assert minute.threads > 1
        assert minute.fps > 0
        assert min(minute.working_wh) > 0
        assert 0 < minute.p50_ms <= minute.p95_ms <= minute.p99_ms


def test_a_show_that_ended_has_no_minute(make_source: Callable[..., Any], small_settings: Settings) -> None:
    session, sink_worker = _session(make_source(3), small_settings)
    session.start()
    session.wait(60)
    try:
        assert soak(session, sink_worker, SystemClock(), Soaking(3, 0.3)) is None
    finally:
        session.finish()
