"""Measure how soon livedream is there: its help, a second launch, the window, the first launch of all.

python benchmarks/start.py [--against CHECKOUT] [--turns 7] [--way help] [--way second] ...

help: `livedream --help`. second: a launch whose engine is on the disk, to its first dreamed frame. window:
likewise, until the window draws that frame. first: a launch with nothing on the disk, to its first dreamed
frame, and to the engine that is there to stay. Each launch is a process of its own; with --against another
checkout takes turns with this one. Medians are told of the seconds that passed, and of those that the
processor worked, in building processes too: on a machine that is shared these say more. For Linux; where
DISPLAY is not set, the window gets an X server of its own (Xvfb).
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, NamedTuple

import psutil
from window_display import display

HERE = Path(__file__).resolve().parents[1]

LAST = {"second": "dreamed", "window": "shown", "first": "settled"}
"""What each way waits for; `help` waits for its end."""

WAYS = ("help", *LAST)

LONGEST_S = 120.0

PROBE = '''
"""A plug-in: a sink that tells when the first dreamed frame is there, and when the window draws it."""

import os, sys

from livedream.sinks.sink_spec import SINKS, SinkKind


def tell(what):
    os.write(int(os.environ["START_PROBE"]), f"{what}\\n".encode())


class Probe:
    name = kind = "start-probe"
    is_live = told = False
    retry_s = None
    waits_for_dream = True

    def open(self, size_wh, fps):
        return "the start"

    def write(self, rgb, time_s):
        if not self.told:
            self.told = True
            tell("dreamed")
            watch(sys.modules["livedream.runtime.session"].LiveSession)

    def close(self):
        pass


def watch(session):
    """From now on what the window asks for is dreamed."""
    latest = session.latest

    def asked(self):
        session.latest = latest
        tell("shown")
        return latest(self)

    session.latest = asked


SINKS.add("start-probe", SinkKind("When the first dreamed frame is there.", lambda request: Probe()))
'''


class Moment(NamedTuple):
    """When something was there: seconds from the launch, and those that the processor worked until then."""

    passed_s: float
    worked_s: float


def main() -> None:
    """Let the ways and the checkouts take turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--way", action="append", choices=WAYS, help="these ways only; may be repeated")
    asked = parser.parse_args()
    checkouts = [HERE] + ([] if asked.against is None else [asked.against.resolve()])
    ways = asked.way or WAYS
    found: dict[tuple[str, Path], list[dict[str, Moment]]] = {}
    shown = display() if "window" in ways else nullcontext("")
    with tempfile.TemporaryDirectory() as folder, shown as name:
        place = Path(folder)
        _add_probe(place / "plugins")
        launches = {
            checkout: Launches(checkout, place / f"{n}", name) for n, checkout in enumerate(checkouts)
        }
        for way in ways:
            for turn in range(asked.turns):
                for checkout in checkouts if turn % 2 == 0 else checkouts[::-1]:
                    found.setdefault((way, checkout), []).append(launches[checkout].run(way))
            for checkout in checkouts:
                _tell(way, checkout, found[way, checkout])
            if len(checkouts) == 2:
                _compare(*(found[way, checkout] for checkout in checkouts))


class Launches:
    """Launches the livedream of a checkout, with caches and settings of its own in `place`."""

    def __init__(self, checkout: Path, place: Path, name: str) -> None:
        self._place, self._plugins = place, place.parent / "plugins"
        place.mkdir()
        self._environ = os.environ | {"DISPLAY": name, "PYTHONPATH": f"{checkout}:{self._plugins}"}
        self._is_warm = False

    def run(self, way: str) -> dict[str, Moment]:
        """Launch once; returns when each thing was there."""
        if way == "help":
            return self._help()
        if way == "first":
            with tempfile.TemporaryDirectory(dir=self._plugins.parent) as fresh:
                return self._show(Path(fresh), way)
        if not self._is_warm:  # what it builds is there from then on
            self._show(self._place, "first")
            self._is_warm = True
        return self._show(self._place, way)

    def _help(self) -> dict[str, Moment]:
        start_s, before = time.monotonic(), os.times()
        command = [sys.executable, "-m", "livedream", "--help"]
        # Not in a checkout, or that one would be run, whichever it is.
        subprocess.run(command, cwd=self._place, env=self._environ, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        worked_s = after.children_user + after.children_system - before.children_user - before.children_system
        return {"help": Moment(time.monotonic() - start_s, worked_s)}

    def _show(self, home: Path, way: str) -> dict[str, Moment]:
        kept = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CACHE", "CONFIG", "STATE", "DATA")}
        read, write = os.pipe()
        environ = self._environ | kept | {"START_PROBE": str(write)}
        command = [sys.executable, "-m", "livedream", "live", "--source", "clouds", "--sink", "start-probe"]
        command += [] if way == "window" else ["--no-window"]
        start_s = time.monotonic()
        with subprocess.Popen(
            command,
            cwd=home,
            env=environ,
            pass_fds=[write],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        ) as show:
            os.close(write)
            try:
                return _moments(show, os.fdopen(read), start_s, LAST[way])
            finally:
                show.send_signal(signal.SIGTERM)


def _moments(show: subprocess.Popen[str], probe: IO[str], start_s: float, last: str) -> dict[str, Moment]:
    """Note when each thing was there, until the last one is."""
    told: SimpleQueue[tuple[str, Moment]] = SimpleQueue()
    process = psutil.Process(show.pid)
    moments: dict[str, Moment] = {}

    def follow(lines: IO[str], meaning: Callable[[str], str]) -> None:
        with suppress(ValueError):  # closed, once all has been seen
            for line in lines:
                if what := meaning(line.strip()):
                    told.put((what, Moment(time.monotonic() - start_s, _worked_s(process))))

    assert show.stdout is not None
    for lines, meaning in ((probe, str), (show.stdout, _meaning)):
        threading.Thread(target=follow, args=(lines, meaning), daemon=True).start()
    while last not in moments:
        what, moment = told.get(timeout=LONGEST_S)
        moments.setdefault(what, moment)
    return moments


def _meaning(line: str) -> str:
    """Return what a sentence of the show means: the engine that is there to stay dreams from now on."""
    return "settled" if " dreams " in line and "while a faster engine" not in line else ""


def _worked_s(process: psutil.Process) -> float:
    """Return for how long a process and those that it has started have had the processor."""
    worked_s = 0.0
    with suppress(psutil.Error):  # one that has just ended
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            worked_s += times.user + times.system
    return worked_s


def _add_probe(folder: Path) -> None:
    """Install the plug-in into a folder."""
    facts = folder / "start_probe-1.dist-info"
    facts.mkdir(parents=True)
    (folder / "start_probe.py").write_text(PROBE, encoding="utf-8")
    (facts / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: start-probe\nVersion: 1\n", encoding="utf-8"
    )
    (facts / "entry_points.txt").write_text("[livedream]\nstart-probe = start_probe\n", encoding="utf-8")


def _tell(way: str, checkout: Path, runs: list[dict[str, Moment]]) -> None:
    for what in runs[0]:
        passed, worked = zip(*(run[what] for run in runs if what in run), strict=True)
        print(
            f"{way:7} {what:8} {statistics.median(passed):5.2f} s ({min(passed):.2f} to {max(passed):.2f}), "
            f"processor {statistics.median(worked):5.2f} s   {checkout}",
            flush=True,
        )


def _compare(ours: list[dict[str, Moment]], theirs: list[dict[str, Moment]]) -> None:
    """Tell how this checkout stands against the other, turn by turn."""
    for what in ours[0]:
        pairs = [(one[what], other[what]) for one, other in zip(ours, theirs, strict=True) if what in other]
        passed = statistics.median(one.passed_s / other.passed_s for one, other in pairs)
        worked = statistics.median(one.worked_s / other.worked_s for one, other in pairs)
        print(
            f"        {what:8} {passed:.2f} times the seconds, {worked:.2f} times the processor's", flush=True
        )


if __name__ == "__main__":
    main()
