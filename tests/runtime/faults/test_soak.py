"""A show that is soaked while one fault follows the other.

It is a process of its own, this file as a program: one that has run other tests has memory of theirs to give
back or to take again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from livedream.engines.cache import EngineCache
from livedream.presets import apply_assignments
from livedream.runtime.faults.films import checked
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import Rig, rigged
from livedream.runtime.faults.trial import FaultFigures, Notes, Try
from livedream.runtime.plan import Plan
from livedream.runtime.sink_worker import BLOCKED_S
from livedream.runtime.soak import Soaking, soak
from livedream.settings import Settings
from livedream.sources.source_spec import open_source
from livedream.sources.watchdog import FROZEN_S, SILENT_S

SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
PLAN = Plan("test", output_wh=(128, 96), fps=10.0, engine="eager", governed=False)

NAMES = [name for name, kind in FAULTS.items() if kind.part not in ("clock", "recording", "display")]
"""A disk that fails begins a new file each time, and a clock that jumps makes minutes of hours."""

LIMITS_S = {"camera-frozen": FROZEN_S, "camera-hangs": SILENT_S, "sink-blocks": BLOCKED_S}
"""After how long what hangs is told of, and a camera opened anew: each lasts for four times as long."""

ON_S, MINUTES, MINUTE_S = 1.0, 4, 60.0


def inject(rig: Rig, notes: Notes, clock: Any, stop: threading.Event) -> list[FaultFigures]:
    """Let each part fail and come back, one after the other, in whole rounds until the end."""
    tries: list[FaultFigures] = []
    while not stop.is_set():
        for name in NAMES:
            on_s = 4 * LIMITS_S[name] if name in LIMITS_S else ON_S
            tries.append(Try(rig, notes, clock, name, PLAN.fps).run(on_s))
    return tries


def soaked(folder: Path, clock: Any) -> dict[str, Any]:
    notes = Notes(clock)
    notes.rig = rig = rigged(
        open_source("clouds", fps=PLAN.fps, size_wh=PLAN.output_wh, clock=clock),
        apply_assignments(Settings(), SMALL),
        PLAN,
        clock,
        folder / "show.mp4",
        cache=EngineCache(folder / "engines"),
        tell=notes.told.append,
        observe=notes.observe,
    )
    stop = threading.Event()
    rig.session.start()
    with ThreadPoolExecutor(1) as threads:
        try:
            assert rig.session.wait_settled(60)
            injecting = threads.submit(inject, rig, notes, clock, stop)
            seen = soak(rig.session, rig.workers[rig.watched.name], clock, Soaking(MINUTES, MINUTE_S))
            stop.set()
            tries = injecting.result()
            assert seen is not None
            assert not rig.session.ended
        finally:
            stop.set()
            rig.injector.end_all()
            rig.session.finish()
    recording = checked(rig.recorder, rig.workers[rig.recorder.name].late, PLAN.fps, stops=0)
    return asdict(seen) | {
        "felt": sorted(rig.injector.felt),
        "tries": [asdict(one) for one in tries],
        "recording": asdict(recording),
    }


@pytest.mark.slow
def test_a_show_full_of_faults_keeps_no_memory_threads_or_handles(tmp_path: Path) -> None:
    from tests.runtime.faults.conftest import TOLD  # not to be had where this file is a program

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
    assert seen["felt"] == sorted(NAMES)
    assert {one["name"] for one in seen["tries"]} == set(NAMES)
    for one in seen["tries"]:
        assert one["back_s"] is not None, one
        if one["name"] in LIMITS_S:
            assert any(TOLD[one["name"]] in sentence for sentence in one["told"]), one
    assert seen["recording"]["broken"] == []
    assert seen["recording"]["lost"] == 0


if __name__ == "__main__":
    from conftest import SpedUpClock  # the one beside this file

    sys.stdout.write(json.dumps(soaked(Path(sys.argv[1]), SpedUpClock(8.0)), default=str))
