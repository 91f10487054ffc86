from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import SystemClock
from livedream.engines.cache import EngineCache
from livedream.errors import InputError, SinkError, SourceError
from livedream.runtime.faults.clocks import JUMP_S
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import Rig, rigged
from livedream.runtime.plan import Plan
from livedream.settings import Settings
from tests.runtime.conftest import Drifting

PLAN = Plan("test", output_wh=(128, 96), fps=10.0, engine="eager", governed=False)
CLOCK = SystemClock()
RGB = np.zeros((96, 128, 3), np.uint8)


@pytest.fixture
def rig_of(tmp_path: Path, cache: EngineCache, small_settings: Settings) -> Callable[..., Rig]:
    def make(source: Drifting, plan: Plan = PLAN, **more: Any) -> Rig:
        return rigged(source, small_settings, plan, CLOCK, tmp_path / "show.mp4", cache=cache, **more)

    return make


@pytest.fixture
def source(make_source: Callable[..., Drifting]) -> Drifting:
    return make_source()


@pytest.fixture
def rig(rig_of: Callable[..., Rig], source: Drifting) -> Iterator[Rig]:
    rig = rig_of(source)
    yield rig
    rig.injector.end_all()
    rig.session.finish()


def test_nothing_fails_before_a_fault_begins(rig: Rig) -> None:
    assert not any(rig.injector.is_on(name) for name in FAULTS)
    for sink in (rig.watched, rig.faulty, rig.recorder):
        sink.open((128, 96), 10.0)
        sink.write(RGB, 0.0)
        assert len(sink.times_s) == 1
        sink.close()


def test_one_sink_fails_with_the_faults_and_the_other_shows_what_that_does(rig: Rig) -> None:
    rig.injector.begin("sink-fails")
    with pytest.raises(SinkError):
        rig.faulty.write(RGB, 0.0)
    rig.watched.write(RGB, 0.0)
    assert (len(rig.watched.times_s), len(rig.faulty.times_s)) == (1, 0)


def test_the_disk_of_the_recording_is_the_one_that_is_full(rig: Rig) -> None:
    def record() -> None:
        rig.recorder.open((128, 96), 10.0)
        rig.recorder.write(RGB, 0.0)

    rig.injector.begin("disk-full")
    rig.watched.write(RGB, 0.0)
    rig.faulty.write(RGB, 0.0)
    with pytest.raises(SinkError, match="the disk is full"):
        record()
    rig.recorder.close()


def test_the_clock_of_the_show_jumps_and_that_of_the_sinks_does_not(rig: Rig) -> None:
    assert rig.clock.now_s() - CLOCK.now_s() < JUMP_S / 2
    rig.injector.begin("clock-forwards")
    assert rig.clock.now_s() - CLOCK.now_s() > JUMP_S / 2
    rig.watched.write(RGB, 0.0)
    assert rig.watched.times_s[0] <= CLOCK.now_s()


def test_the_session_has_the_three_sinks_and_its_workers_are_found_by_name(rig: Rig) -> None:
    assert list(rig.workers) == ["test sink", "faulty sink", "recording show.mp4"]
    assert list(rig.session.status().sinks) == list(rig.workers)


def test_the_source_is_the_sessions_own(rig_of: Callable[..., Rig], source: Drifting) -> None:
    rig = rig_of(source)
    assert source.closed == 0
    rig.session.finish()
    assert source.closed == 1


def test_of_an_unknown_engine_and_a_source_that_sends_nothing_it_tells_and_closes_the_source(
    rig_of: Callable[..., Rig], make_source: Callable[..., Any]
) -> None:
    source, empty, unseen = make_source(), make_source(count=0), make_source()
    with pytest.raises(InputError, match="eagre"):
        rig_of(source, Plan(engine="eagre"))
    with pytest.raises(SourceError, match="has ended"):
        rig_of(empty)

    def none(*_: Any) -> Any:
        raise InputError("there is no display")

    with pytest.raises(InputError, match="no display"):
        rig_of(unseen, make_display=none)
    assert source.closed > 0 < empty.closed
    assert unseen.closed > 0
