from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest

from livedream.clock import SystemClock
from livedream.errors import EngineError, SourceError
from livedream.runtime.bench import Nowhere, bench
from livedream.runtime.plan import Plan
from livedream.settings import Settings

PLAN = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", paced=False, governed=False)


@pytest.mark.slow
def test_the_figures_are_there_and_plausible(
    make_source: Callable[..., Any], small_settings: Settings
) -> None:
    figures = bench(make_source, small_settings, PLAN, SystemClock(), 0.5)
    assert figures.fps == pytest.approx(figures.frames / figures.seconds, rel=0.02)
    stages = {"decode", "shrink", "flow", "motion", "kernel", "residual", "look", "compose"}
    assert set(figures.stage_ms) == stages
    assert set(figures.waited_ms) == {"for a frame", "to be composed"}
    assert {"core 0", "livedream"} <= set(figures.busy)
    assert figures.busy["livedream"] > 0
    assert 0 < figures.latency_ms["p50"] <= figures.latency_ms["p95"] <= figures.latency_ms["p99"]
    assert figures.dropped == 0
    assert figures.startup_s <= figures.settled_s + 1.0
    assert figures.working_size == (80, 56)
    assert figures.finer == 1
    assert figures.output_size == (128, 96)
    assert 0 < figures.flicker < figures.flicker_without_warm_start
    assert 0 < figures.mean_residual < 1
    assert json.loads(json.dumps(asdict(figures)))["engine"] == "eager"


@pytest.mark.slow
def test_paced_it_runs_no_faster_than_the_source(
    make_source: Callable[..., Any], small_settings: Settings
) -> None:
    figures = bench(
        lambda: make_source(fps=20.0), small_settings, replace(PLAN, paced=True), SystemClock(), 1.0
    )
    assert 0 < figures.fps < 20 * 1.2  # on a busy machine slower


def test_a_source_that_is_too_short_is_told(
    make_source: Callable[..., Any], small_settings: Settings
) -> None:
    with pytest.raises(SourceError, match="longer source"):
        bench(lambda: make_source(2), small_settings, PLAN, SystemClock(), 0.5)


def test_an_engine_that_cannot_be_built_ends_it(
    make_source: Callable[..., Any], small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise EngineError("no engine today")

    monkeypatch.setattr("livedream.engines.in_process.eager", broken)
    with pytest.raises(EngineError, match="no engine today"):
        bench(make_source, small_settings, PLAN, SystemClock(), 0.5)


def test_nowhere_takes_everything() -> None:
    sink = Nowhere()
    assert "128x96" in sink.open((128, 96), 30.0)
    sink.close()
