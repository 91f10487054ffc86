"""`livedream demo`: ten seconds of dreaming on any machine, and a file to show for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from livedream.cli.printed import Teller, telling
from livedream.cli.show import (
    check_apart,
    check_recorded,
    controlled,
    ending_on_signals,
    opened,
    playlist_of,
    print_summary,
    recordings,
    session_of,
    status_line,
    watch,
)
from livedream.cli.show_options import Options
from livedream.runtime.session import LiveSession
from livedream.sinks.recorder import Recorder, check_recording

if TYPE_CHECKING:
    from livedream.dream.program import KernelProgram
    from livedream.engines.builder import EngineBuilder

FILE = Path("livedream-demo.mp4")

NOT_BEGUN = {"recording": "none: the show ended before its engine was ready"}

SETTLE_S = 180.0
"""How long the demo waits for the fast engine before it goes on with the one that runs."""


def run(options: Options, builder: EngineBuilder[KernelProgram] | None = None) -> None:
    """Dream for `options.seconds` once the engine runs, leave FILE here, print what was found.

    builder: has begun with the engine, see `livedream.cli.engine_ahead`; None: the session makes one.
    """
    console = Console()
    with telling(console) as tell:
        _run(options, builder, console, tell)


def _run(
    options: Options, builder: EngineBuilder[KernelProgram] | None, console: Console, tell: Teller
) -> None:
    check_apart(FILE, options)
    check_recording(FILE, overwrite=True)
    playlist = playlist_of(options, by_hand=options.is_turned)
    source = opened(options, options.source or "clouds", loop=True)
    # A film without a dream demonstrates nothing.
    session = session_of(options, source, tell, playlist, builder, engine_required=True)
    sink_worker = None
    with ending_on_signals(session):
        try:
            controls = controlled(options, session, playlist, tell)
            session.start()
            with controls:
                _settle(session, console)
                sink_worker = session.add_sink(Recorder(FILE, overwrite=True))
                watch(session, options.seconds, console)
            status = session.status()
        finally:
            session.finish()
        tell.wait()
        totals = () if sink_worker is None else (sink_worker.total,)
        print_summary(status, (recordings(totals) or NOT_BEGUN) | _found(), console)
        check_recorded(totals)


def _settle(session: LiveSession, console: Console) -> None:
    """Wait for the engine that was asked for; the first time on a machine it has to be built."""
    with console.status("starting") as line:
        for _ in range(round(SETTLE_S / 0.25)):
            if session.wait_settled(0.25) or session.ended:
                return
            line.update(status_line(session.status()))


def _found() -> dict[str, str]:
    """Probe this machine for what a live show needs: camera, display and virtual camera."""
    from livedream.sinks.virtual_camera import VirtualCamera
    from livedream.sources.cameras import list_cameras
    from livedream.ui.available import display_available

    cameras = ", ".join(camera.name for camera in list_cameras())
    display, virtual = display_available(), VirtualCamera().probe()
    return {
        "camera": cameras or "not found",
        "display": "found" if display.ok else f"not found: {display.message}",
        "virtual camera": "found" if virtual.ok else f"not found: {virtual.message}",
    }
