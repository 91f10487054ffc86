"""How soon another mood is seen, and whether the show keeps its rate meanwhile: all presets in a row, by key.

usage: python benchmarks/moods.py [CLIP] [--empty] [--hold SECONDS] [--engine NAME]
The clip, clouds if there is none, is played at its own pace as a camera would. --empty: no engine is on disk.
Prints a row for each preset: milliseconds from the key to the first frame of the new mood, the longest gap
between two frames while it is shown, and its frames a second.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from livedream.clock import SystemClock
from livedream.dreamed import Dreamed
from livedream.engines.cache import EngineCache
from livedream.presets import load, shipped
from livedream.resources import DEFAULT_PRESET
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.session import LiveSession
from livedream.settings import DreamSettings
from livedream.sources.source_spec import open_source


class Watch:
    """Notes when each frame was there and what it was dreamed with."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.frames: list[tuple[float, DreamSettings]] = []

    def note(self, dreamed: Dreamed) -> None:
        """Note a frame."""
        self.frames.append((self.clock.now_s(), dreamed.settings.dream))


def main() -> None:
    """Run the show and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("clip", nargs="?", default="clouds")
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--hold", type=float, default=2.0)
    parser.add_argument("--first", type=float, default=10.0)
    parser.add_argument("--engine", default="auto")
    given = parser.parse_args()
    presets = sorted((load(name) for name in shipped()), key=lambda preset: preset.name)
    names = [preset.name for preset in presets]
    programs, watch = Playlist(presets, at=names.index(DEFAULT_PRESET)), Watch()
    with tempfile.TemporaryDirectory() as folder:
        cache = EngineCache(Path(folder)) if given.empty else EngineCache()
        source = open_source(given.clip, fps=30, size_wh=(1280, 720), loop=True, clock=watch.clock)
        plan = Plan(engine=given.engine)
        session = LiveSession(
            source,
            programs,
            plan,
            watch.clock,
            cache=cache,
            tell=lambda said: print(said, flush=True),
            observe=watch.note,
        )
        session.start()
        began_s = watch.clock.now_s()
        session.wait_settled(100)
        print(f"the first engine after {watch.clock.now_s() - began_s:.1f} s")
        while watch.clock.now_s() - began_s < given.first or (session.status().preparing and not given.empty):
            time.sleep(0.1)
        print(f"{'preset':12s} {'key to frame, ms':>16s} {'longest gap, ms':>16s} {'fps':>6s}")
        rows = [row(programs, watch, given.hold) for _ in presets]
        session.finish()
    found = [soon for soon, _, _ in rows]
    print(
        f"{'all':12s} {max(found):16.0f} {max(gap for _, gap, _ in rows):16.0f} "
        f"{sum(fps for *_, fps in rows) / len(rows):6.1f}"
    )


def row(programs: Playlist, watch: Watch, hold_s: float) -> tuple[float, float, float]:
    """Press the key, wait, print and return (ms to the first frame, longest gap in ms, frames a second)."""
    start, pressed_s = len(watch.frames), watch.clock.now_s()
    before = watch.frames[-1][1]
    name = programs.step(1)
    until_s = pressed_s + hold_s
    while watch.clock.now_s() < until_s or (
        all(dream == before for _, dream in watch.frames[start:]) and watch.clock.now_s() < pressed_s + 60
    ):
        time.sleep(0.02)
    took_s = watch.clock.now_s() - pressed_s
    seen = watch.frames[max(0, start - 1) :]
    first_s = next((now_s for now_s, dream in seen[1:] if dream != before), float("inf"))
    gaps = [(after - before) * 1e3 for (before, _), (after, _) in pairwise(seen)]
    soon, longest, fps = (first_s - pressed_s) * 1e3, max(gaps, default=0.0), (len(seen) - 1) / took_s
    print(f"{name:12s} {soon:16.0f} {longest:16.0f} {fps:6.1f}", flush=True)
    return soon, longest, fps


if __name__ == "__main__":
    main()
