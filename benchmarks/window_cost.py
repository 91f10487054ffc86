"""What the window costs: frames a second with it, its panel open and folded, against a show without one.

python benchmarks/window_cost.py [--seconds 8] [--turns 5] [--source clouds] [--preset eyes]

The ways take turns, each in a process of its own, dreaming as fast as it goes at one working size. Medians
are told; on a machine that is shared, the processor time of a frame says more than the frames a second.
Where DISPLAY is not set, it starts an X server of its own (Xvfb).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from window_display import display

if TYPE_CHECKING:
    from collections.abc import Callable

    from livedream.control.controls import Controls
    from livedream.runtime.playlist import Playlist
    from livedream.runtime.session import LiveSession

WAYS = ("no window", "panel folded", "panel open")


class Run(NamedTuple):
    """What was measured in a run.

    rate: frames a second. frame_ms: processor time of the whole process for a frame. window_ms: that of the
    thread that the window lives in, for a frame.
    """

    rate: float
    frame_ms: float
    window_ms: float

    def told(self) -> str:
        """Return the figures in words."""
        return (
            f"{self.rate:5.1f} frames/s, processor {self.frame_ms:5.1f} ms a frame, "
            f"of which the window's thread {self.window_ms:4.1f}"
        )


def main() -> None:
    """Let the ways take turns, or run one of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="measured in each run, after the engine runs"
    )
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--source", default="clouds")
    parser.add_argument("--preset", default="eyes")
    parser.add_argument("--way", choices=WAYS, help="run this one only, and print its frames a second")
    asked = parser.parse_args()
    if asked.way is not None:
        print(*_rate(asked))
        return
    runs: dict[str, list[Run]] = {way: [] for way in WAYS}
    with display() as name, tempfile.TemporaryDirectory() as config:
        environ = os.environ | {"DISPLAY": name, "XDG_CONFIG_HOME": config}
        for turn in range(asked.turns):
            # Forwards and backwards: a machine that slows down is not taken for a way that is slow.
            for way in WAYS if turn % 2 == 0 else reversed(WAYS):
                runs[way].append(_run(way, environ))
                print(f"turn {turn + 1}  {way:13} {runs[way][-1].told()}", flush=True)
    _tell(runs)


def _run(way: str, environ: dict[str, str]) -> Run:
    done = subprocess.run(
        [sys.executable, *sys.argv, "--way", way], env=environ, check=True, stdout=subprocess.PIPE, text=True
    )
    return Run(*(float(figure) for figure in done.stdout.split()[-3:]))


def _tell(runs: dict[str, list[Run]]) -> None:
    for way in WAYS:
        middle = Run(*(statistics.median(figures) for figures in zip(*runs[way], strict=True)))
        pairs = list(zip(runs[way], runs[WAYS[0]], strict=True))
        slower = statistics.median(1 - one.rate / other.rate for one, other in pairs)
        dearer = statistics.median(one.frame_ms / other.frame_ms - 1 for one, other in pairs)
        print(f"{way:13} {middle.told()}; {slower:.1%} slower, {dearer:.1%} more processor time a frame")


def _rate(asked: argparse.Namespace) -> Run:
    """Run one way; what turns a show from elsewhere is there in all of them, its face in the window."""
    from livedream.control.control_plan import ControlPlan
    from livedream.control.controls import Controls
    from livedream.runtime.plan import Plan
    from livedream.runtime.playlist_loading import load_playlist
    from livedream.runtime.session import LiveSession
    from livedream.sources import open_source

    playlist = load_playlist(asked.preset, ())
    plan = Plan(playlist.name, paced=False, governed=False)
    counted: list[tuple[float, ...]] = []

    def count(session: LiveSession) -> None:
        clocks = time.perf_counter(), time.process_time(), time.thread_time()
        counted.append((session.output.fps.count, *clocks))

    with (
        LiveSession(open_source(asked.source), playlist, plan) as session,
        Controls(session.store, session.commands, playlist, ControlPlan()) as controls,
    ):
        session.start()
        session.wait_settled(120.0)
        if asked.way == WAYS[0]:
            session.wait(2.0)
            count(session)
            session.wait(asked.seconds)
            count(session)
        else:
            _shown(session, playlist, controls, asked, partial(count, session))
    if counted[0][0] == counted[1][0]:
        raise SystemExit(
            f"no frame was dreamed in {asked.seconds:g} s: the machine is too busy to measure on"
        )
    frames, passed_s, busy_s, window_s = (last - first for first, last in zip(*counted, strict=True))
    return Run(frames / passed_s, 1e3 * busy_s / frames, 1e3 * window_s / frames)


def _shown(
    session: LiveSession,
    playlist: Playlist,
    controls: Controls,
    asked: argparse.Namespace,
    count: Callable[[], None],
) -> None:
    """Show the session in a window, counting after two seconds and at the end."""
    from PyQt6.QtCore import QTimer
    from PyQt6.QtWidgets import QApplication

    from livedream.ui.control_window import ControlWindow, with_panel
    from livedream.ui.run_window import run_window
    from livedream.ui.window import DreamWindow

    application = QApplication(["livedream"])

    def hosted(view: DreamWindow) -> ControlWindow:
        window = with_panel(session, playlist, view, controls=controls)
        if asked.way == "panel folded":
            QTimer.singleShot(200, window.toggle_panel)
        return window

    def end() -> None:
        count()
        session.stop()

    QTimer.singleShot(2000, count)
    QTimer.singleShot(round(1000 * (2 + asked.seconds)), end)
    run_window(session, session.commands, title="livedream", mirror=False, hosted=hosted)
    application.quit()


if __name__ == "__main__":
    main()
