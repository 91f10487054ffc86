"""A show that is soaked while one fault follows the other.

It is a process of its own, this file as a program: one that has run other tests has memory of theirs to give
back or to take again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from livedream.engines.cache import EngineCache
from livedream.presets import apply_assignments
from livedream.runtime.faults.films import checked
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import Rig, rigged
from livedream.runtime.plan import Plan
from livedream.runtime.soak import Soaking, soak
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


def soaked(folder: Path, clock: Any) -> dict[str, Any]:
    rig = rigged(
        open_source("clouds", fps=PLAN.fps, size_wh=PLAN.output_wh, clock=clock),
        apply_assignments(Settings(), SMALL),
        PLAN,
        clock,
        folder / "show.mp4",
        cache=EngineCache(folder / "engines"),
    )
    stop = threading.Event()
    injecting = threading.Thread(target=inject, args=(rig, clock, stop))
    rig.session.start()
    try:
        assert rig.session.wait_settled(60)
        injecting.start()
        minute_s = len(NAMES) * (ON_S + OFF_S)
        seen = soak(rig.session, rig.workers[rig.watched.name], clock, Soaking(MINUTES, minute_s))
        assert seen is not None
        assert not rig.session.ended
    finally:
        stop.set()
        rig.injector.end_all()
        rig.session.finish()
        injecting.join()
    recording = checked(rig.recorder, rig.workers[rig.recorder.name].late, PLAN.fps, stops=0)
    return asdict(seen) | {
        "met": [name for name, times in rig.injector.met.items() if times],
        "recording": asdict(recording),
    }


def test_a_show_full_of_faults_keeps_no_memory_threads_or_handles(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    first, *others = seen["minutes"]
    assert len(others) == MINUTES - 1
    assert all(minute["fps"] > 0 for minute in seen["minutes"])
    # What hangs in a fault just then has a thread of its own, and a film that is open a handle.
    assert max(minute["threads"] for minute in others) <= first["threads"] + 4
    assert max(minute["handles"] for minute in others) <= first["handles"] + 8
    assert others[-1]["rss_mb"] - others[0]["rss_mb"] < 60, seen["minutes"]
    assert seen["met"], "nothing was tried again while it failed"
    assert seen["recording"]["broken"] == []
    assert seen["recording"]["lost"] == 0


if __name__ == "__main__":
    from conftest import SpedUpClock  # the one beside this file

    sys.stdout.write(json.dumps(soaked(Path(sys.argv[1]), SpedUpClock(8.0)), default=str))
