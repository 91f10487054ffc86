"""Measure how still a dream becomes on a picture that stands still, and how fast it grows.

python benchmarks/settle.py [--photo PHOTO] [--engine auto] [PRESET [WORD=VALUE ...]] ...

Prints for each preset the mean change from one frame to the next, in levels of 255, in the fourth
second, and how deep the dream is after half a second, as a share of its depth then. 30 frames a second;
without a photo the first picture of the clouds. A preset with settings is one argument:
"eyes dream.step_size=0.01".
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from livedream.clock import SystemClock
from livedream.dreamed import Dreamed
from livedream.fade import Blend
from livedream.frame import Frame, Rgb
from livedream.offline.dreaming import FrameDreamer
from livedream.offline.engine_pool import Engines
from livedream.presets import apply_assignments, load, shipped
from livedream.settings import Settings
from livedream.sources import open_source

FPS, FRAMES, EARLY, LAST = 30, 120, 15, 30
SIZE_WH = (640, 360)


def still(source: str) -> Rgb:
    """Read the first frame of a source."""
    opened = open_source(source, fps=FPS, size_wh=SIZE_WH, loop=True, clock=SystemClock())
    try:
        frame = opened.read(threading.Event())
    finally:
        opened.close()
    if frame is None:
        raise SystemExit(f"{source} delivered no picture")
    return frame.rgb


def dreams(rgb: Rgb, settings: Settings, engines: Engines) -> list[Dreamed]:
    """Dream the same picture again and again."""
    dreamer = FrameDreamer(engines)
    times_s = [index / FPS for index in range(FRAMES)]
    frames = [Frame(rgb, captured_s=at_s, index=index, media_s=at_s) for index, at_s in enumerate(times_s)]
    return [dreamer.dream(frame, Blend(settings)) for frame in frames]


def figures(made: Sequence[Dreamed]) -> tuple[float, float]:
    """Measure the change from frame to frame at the end, and the share of the depth reached early."""
    last = [one.rgb.astype(np.float32) for one in made[-LAST:]]
    depths = [float(np.abs(one.residual).mean()) for one in (made[EARLY - 1], made[-1])]
    return float(np.mean([np.abs(new - old).mean() for old, new in pairwise(last)])), depths[0] / depths[1]


def main() -> None:
    """Print a line for each preset."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photo", default="clouds")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("preset", nargs="*")
    asked = parser.parse_args()
    rgb = still(asked.photo)
    with Engines(asked.engine, print) as engines:
        for words in asked.preset or shipped():
            name, *assignments = words.split()
            settings = apply_assignments(load(name).settings, assignments)
            change, early = figures(dreams(rgb, settings, engines))
            print(
                f"{words:14} {change:5.2f} levels a frame; {early:4.0%} deep after half a second", flush=True
            )


if __name__ == "__main__":
    main()
