"""What a recording loses when its show is killed: python benchmarks/killed_recording.py [--times N].

A process records a show while its camera is lost and its engine fails, and is killed (SIGKILL; on Windows
TerminateProcess). What it had handed to the recording is compared with what can be decoded.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from livedream.clock import SystemClock
from livedream.presets import apply_assignments
from livedream.runtime.faults.films import frames_of
from livedream.runtime.faults.rig import Rig, rigged
from livedream.runtime.plan import Plan
from livedream.settings import Settings
from livedream.sources.source_spec import open_source

FPS, SIZE_WH = 30.0, (640, 360)
SMALL = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1"]
FAULTS = ("camera-unplugged", "kernel-raises")


def main(times: int) -> None:
    """Kill so many shows, each at another moment of a fragment, and print what each has lost."""
    for number in range(times):
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "film.mp4"
            handed = killed(film, 30 + 4 * number)
            frames, fault = frames_of(film)
        print(f"{handed} frames handed over, {frames} in the film, {handed - frames} lost {fault}")


def killed(film: Path, frames_after: int) -> int:
    """Record a show with faults, kill it so many frames after them; return how many were handed over."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, __file__, "--child", str(film)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line == "over\n":
                break
        over = int(next(process.stdout))
        last = next(int(line) for line in process.stdout if int(line) >= over + frames_after)
        process.kill()
        return max([last, *(int(line) for line in process.stdout if line.endswith("\n"))])


def record(film: Path) -> None:
    """Record until killed; each fault lasts a second. Print "over", then how many frames were taken."""
    clock, settings = SystemClock(), apply_assignments(Settings(), SMALL)
    plan = Plan("", SIZE_WH, FPS, "eager", governed=False)
    source = open_source("clouds", fps=FPS, size_wh=SIZE_WH)
    rig = rigged(source, settings, plan, clock, film)
    rig.session.start()
    rig.session.wait_settled(60.0)
    _wait(rig, 1.0)
    for name in FAULTS:
        rig.injector.begin(name)
        _wait(rig, 1.0)
        rig.injector.end(name)
        _wait(rig, 1.5)
    print("over", flush=True)
    told = 0
    while not rig.session.ended:
        if rig.recorder.handed > told:
            told = rig.recorder.handed
            print(told, flush=True)
        _wait(rig, 0.002)


def _wait(rig: Rig, seconds: float) -> None:
    rig.session.wait(seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    record(options.child) if options.child else main(options.times)
