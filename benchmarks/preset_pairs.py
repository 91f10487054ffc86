"""Whether there is always a dream: any two of the shipped presets, chosen 0.1 s apart, in a real show.

python benchmarks/preset_pairs.py [--working-px 20000] [--cache full|empty|both] [--pairs N] [--hold 1.0]

With a full cache every engine lies on the disk; all pairs follow one another in one show. With an empty one a
sample of pairs is tried, each in a show of its own with a new cache; every other one as soon as anything is
dreamed, while plain torch stands in. Each frame that goes out is looked at: a pair fails if one has no dream
in it or is the bare camera, or if a slate is seen after the first dream. Ends with 1 if a pair fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations
from pathlib import Path

import cv2
import numpy as np

from livedream.dreamed import Dreamed
from livedream.engines.cache import EngineCache
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.sources import open_source

APART_S = 0.1
LOOK_UP_S = 0.02
PATIENCE_S = 180.0
SIZE_WH = (640, 360)
FIRST = "eyes"
FEWEST = 5
"""So many frames are looked at, at least."""

LEAST = 1e-4
"""A mean residual below it, of a picture in 0..1, is no dream."""

LEAST_OFF = 1.0
"""A frame that is less off the camera's, in levels of 255 in the mean, is the bare camera to who watches."""


@dataclass
class Seen:
    """What went out while a pair was chosen and came.

    gap_s: the longest time between two frames. least: of the mean residuals, 0..1. off: how much the frame
    that was least off the camera's was off, in levels of 255, in the mean. slates: looks that found one.
    """

    frames: int = 0
    gap_s: float = 0.0
    least: float = float("inf")
    off: float = float("inf")
    slates: int = 0

    @property
    def is_always_a_dream(self) -> bool:
        """Return whether every frame was a dream."""
        return self.least > LEAST and self.off > LEAST_OFF and not self.slates


@dataclass
class Witness:
    """Looks at each frame that goes out; `about` begins anew."""

    seen: Seen = field(default_factory=Seen)
    _last_s: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def observe(self, dreamed: Dreamed) -> None:
        """Look at a frame."""
        now_s = time.perf_counter()
        least = float(np.abs(dreamed.residual).mean())
        off = float(cv2.absdiff(dreamed.rgb, dreamed.frame.rgb).mean())
        with self._lock:
            seen, last_s = self.seen, self._last_s
            seen.frames += 1
            seen.gap_s = max(seen.gap_s, 0.0 if last_s is None else now_s - last_s)
            seen.least = min(seen.least, least)
            seen.off = min(seen.off, off)
            self._last_s = now_s

    def about(self) -> Seen:
        """Return what is seen from now on."""
        with self._lock:
            self.seen = Seen()
            return self.seen

    def end(self) -> None:
        """Count what is silent now into the longest gap."""
        with self._lock:
            if self._last_s is not None:
                self.seen.gap_s = max(self.seen.gap_s, time.perf_counter() - self._last_s)


class Show:
    """A show without a window, until the end of `with`."""

    def __init__(self, cache: EngineCache, working_px: int) -> None:
        assignments = [f"dream.working_px={working_px}"]
        self.playlist: Playlist = load_playlist(FIRST, (), assignments=assignments)
        plan, self.witness = Plan(FIRST, SIZE_WH, governed=False), Witness()
        self.session = LiveSession(
            open_source("clouds", size_wh=SIZE_WH),
            self.playlist,
            plan,
            cache=cache,
            observe=self.witness.observe,
        )

    def __enter__(self) -> Show:
        self.session.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.finish()

    def until_dreaming(self, *, settled: bool) -> None:
        """Wait for the first dream, or for the engine that was asked for."""
        end_s = time.perf_counter() + PATIENCE_S
        while not self.session.status().frames and time.perf_counter() < end_s:
            self.session.wait(LOOK_UP_S)
        if settled and not self.session.wait_settled(PATIENCE_S):
            raise SystemExit("no engine was built")

    def until_built(self) -> None:
        """Wait until every preset's engine lies in the cache."""
        end_s = time.perf_counter() + 10 * PATIENCE_S
        while self._lacking() and time.perf_counter() < end_s:
            self.session.wait(0.5)
        if self._lacking():
            raise SystemExit(f"not built: {', '.join(self._lacking())}")

    def choose(self, first: str, second: str, hold_s: float, *, until_it_runs: bool) -> Seen:
        """Choose a preset, and another one 0.1 s later; return what is seen until so long after.

        until_it_runs: so long after the second one runs.
        """
        seen = self.witness.about()
        self._show(first)
        self._look(seen, APART_S)
        self._show(second)
        end_s = time.perf_counter() + PATIENCE_S
        is_shown = partial(self._shown, second, seen, until_it_runs=until_it_runs)
        while not is_shown() and time.perf_counter() < end_s:
            self._look(seen, LOOK_UP_S)
        if not is_shown():
            raise SystemExit(f"{first} -> {second}: {second} did not come within {PATIENCE_S:.0f} s")
        self._look(seen, hold_s)
        self.witness.end()
        return seen

    def _shown(self, second: str, seen: Seen, *, until_it_runs: bool) -> bool:
        """Return whether enough was seen: some frames, and the second preset if that is waited for."""
        runs = self.session.status().preset == second or not until_it_runs
        return runs and seen.frames >= FEWEST

    def _show(self, name: str) -> None:
        place = self.playlist.place_of(name)
        assert place is not None
        self.playlist.show(place)

    def _look(self, seen: Seen, seconds: float) -> None:
        end_s = time.perf_counter() + seconds
        while (left_s := end_s - time.perf_counter()) > 0:
            shown = self.session.latest()
            seen.slates += shown is not None and shown.is_slate
            self.session.wait(min(LOOK_UP_S, left_s))

    def _lacking(self) -> list[str]:
        return [name for name, state in self.session.preset_states().items() if state != "ready"]


def names() -> list[str]:
    """Return the presets of a show."""
    return [preset.name for preset in load_playlist(FIRST, ()).presets]


def with_full_cache(asked: argparse.Namespace, folder: Path) -> list[Seen]:
    """Choose all pairs, one after the other, in a show that finds every engine on the disk."""
    begun_s = time.perf_counter()
    with Show(EngineCache(folder), asked.working_px) as show:
        show.until_dreaming(settled=True)
        show.until_built()
    print(f"all engines are built: {time.perf_counter() - begun_s:.0f} s", flush=True)
    pairs = _sample(asked.pairs)
    with Show(EngineCache(folder), asked.working_px) as show:
        show.until_dreaming(settled=True)
        return [
            _told(pair, show.choose(*pair, asked.hold, until_it_runs=False), "full cache") for pair in pairs
        ]


def with_empty_cache(asked: argparse.Namespace) -> list[Seen]:
    """Choose a sample of pairs, each in a show that finds no engine on the disk."""
    found = []
    for place, pair in enumerate(_sample(asked.sample)):
        settled = place % 2 == 0
        with (
            tempfile.TemporaryDirectory() as folder,
            Show(EngineCache(Path(folder)), asked.working_px) as show,
        ):
            show.until_dreaming(settled=settled)
            seen = show.choose(*pair, asked.hold, until_it_runs=True)
        found.append(_told(pair, seen, f"empty cache, {FIRST} {'is built' if settled else 'on plain torch'}"))
    return found


def _sample(count: int | None) -> list[tuple[str, str]]:
    pairs = list(permutations(names(), 2))
    random.Random(0).shuffle(pairs)
    return pairs[:count]


def _told(pair: tuple[str, str], seen: Seen, state: str) -> Seen:
    verdict = "ok  " if seen.is_always_a_dream else "FAIL"
    print(
        f"{verdict}  {' -> '.join(pair):24} {state}: {seen.frames} frames, "
        f"longest gap {1e3 * seen.gap_s:.0f} ms, least residual {seen.least:.4f}, "
        f"least off the camera {seen.off:.1f} of 255, {seen.slates} slates",
        flush=True,
    )
    return seen


def _summary(state: str, found: Sequence[Seen]) -> None:
    failed = sum(not seen.is_always_a_dream for seen in found)
    gaps_ms = sorted(1e3 * seen.gap_s for seen in found)
    print(
        f"{state}: {len(found) - failed} of {len(found)} pairs always a dream, "
        f"{sum(seen.frames for seen in found)} frames; longest gap {gaps_ms[-1]:.0f} ms, "
        f"median of the pairs' longest {gaps_ms[len(gaps_ms) // 2]:.0f} ms; "
        f"least residual {min(seen.least for seen in found):.4f}, "
        f"least off the camera {min(seen.off for seen in found):.1f} of 255"
    )


def main() -> int:
    """Return 0 if there was always a dream."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--working-px", type=int, default=20_000)
    parser.add_argument("--cache", choices=("full", "empty", "both"), default="both")
    parser.add_argument("--pairs", type=int, help="with a full cache; all if it is not given")
    parser.add_argument("--sample", type=int, default=12, help="pairs with an empty cache")
    parser.add_argument("--hold", type=float, default=1.0, help="seconds each pair is shown")
    asked = parser.parse_args()
    found: dict[str, list[Seen]] = {}
    if asked.cache != "empty":
        with tempfile.TemporaryDirectory() as folder:
            found["full cache"] = with_full_cache(asked, Path(folder))
    if asked.cache != "full":
        found["empty cache"] = with_empty_cache(asked)
    for state, seen in found.items():
        _summary(state, seen)
    return min(1, sum(not one.is_always_a_dream for some in found.values() for one in some))


if __name__ == "__main__":
    sys.exit(main())
