"""A show that is soaked while one fault follows the other."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from livedream.engines.cache import EngineCache
from livedream.presets import apply_assignments
from livedream.runtime.faults.films import checked
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import Rig, rigged
from livedream.runtime.plan import Plan
from livedream.runtime.soak import soak
from livedream.settings import Settings
from livedream.sources.source_spec import open_source

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
PLAN = Plan("test", output_wh=(128, 96), fps=10.0, engine="eager", governed=False)

NAMES = [name for name, kind in FAULTS.items() if kind.part != "clock" and name != "disk-full"]
"""A full disk begins a new file each time, and a clock that jumps makes minutes of hours."""

ON_S, OFF_S, MINUTES = 1.0, 1.5, 4


def inject(rig: Rig, clock: Any, stop: threading.Event) -> None:
    while not stop.is_set():
        for name in NAMES:
            rig.injector.begin(name)
            clock.wait(stop, ON_S)
            rig.injector.end(name)
            clock.wait(stop, OFF_S)


def test_a_show_full_of_faults_keeps_no_memory_threads_or_handles(tmp_path: Path, fast_clock: Any) -> None:
    rig = rigged(
        open_source("clouds", fps=PLAN.fps, size_wh=PLAN.output_wh, clock=fast_clock),
        apply_assignments(Settings(), SMALL),
        PLAN,
        fast_clock,
        tmp_path / "show.mp4",
        cache=EngineCache(tmp_path / "engines"),
    )
    stop = threading.Event()
    injecting = threading.Thread(target=inject, args=(rig, fast_clock, stop))
    rig.session.start()
    try:
        assert rig.session.wait_settled(60)
        injecting.start()
        minute_s = len(NAMES) * (ON_S + OFF_S)
        seen = soak(rig.session, rig.workers[rig.watched.name], fast_clock, MINUTES, minute_s)
        assert not rig.session.ended
    finally:
        stop.set()
        rig.injector.end_all()
        rig.session.finish()
        injecting.join()
    assert seen is not None
    first, *others = seen.minutes
    assert len(others) == MINUTES - 1
    assert all(minute.fps > 0 for minute in seen.minutes)
    # What hangs in a fault just then has a thread of its own, and a film that is open a handle.
    assert max(minute.threads for minute in others) <= first.threads + 4
    assert max(minute.handles for minute in others) <= first.handles + 8
    assert others[-1].rss_mb - others[0].rss_mb < 40
    assert {name for name in NAMES if FAULTS[name].is_retried} <= set(rig.injector.met)
    recording = checked(rig.recorder, rig.workers[rig.recorder.name].late, PLAN.fps, stops=0)
    assert recording.broken == ()
    assert recording.lost == 0
