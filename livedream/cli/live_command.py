"""`livedream live`: the show."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from livedream.cli.show import (
    check_apart,
    chosen_playlist,
    ending_on_signals,
    opened,
    print_summary,
    recorded,
    session_of,
    watch,
)
from livedream.cli.show_options import Options
from livedream.health import Health
from livedream.runtime.performer_actions import PerformerActions
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import Rate, SinkWorker
from livedream.sources import Source

if TYPE_CHECKING:
    from livedream.sinks.recorder import Recorder


def run(options: Options, *, window: bool, full_screen: bool) -> None:
    """Dream until the window is closed, Ctrl-C, the end of the source, or `options.seconds`.

    Raises InputError for what a person got wrong, before anything starts.
    """
    console = Console()
    if options.record is not None:
        check_apart(options.record, options)
        _check_recording(options.record, options.overwrite)
    programs = chosen_playlist(options, by_hand=window)
    source = _source(options, console)
    try:
        session = session_of(options, source, console, programs)
    except BaseException:
        source.close()
        raise
    recording = _add_recording(session, options)
    _add_virtual_camera(session, options)
    display = _display(console) if window else Health("off")
    session.start()
    with ending_on_signals(session):
        try:
            if display.ok:
                _show(session, PerformerActions(programs), options, full_screen)
            else:
                watch(session, options.seconds, console)
            status = session.status()
        finally:
            session.finish()
        print_summary(status, {} if recording is None else {"recording": recorded(*recording)}, console)


def _check_recording(path: Path, overwrite: bool) -> None:
    from livedream.sinks.recorder import check_recording

    check_recording(path, overwrite)


def _source(options: Options, console: Console) -> Source:
    """Open the source that was named; else the first camera; else, saying so, the clouds."""
    if options.source is not None:
        return opened(options, options.source, loop=True)
    from livedream.sources.cameras import list_cameras

    if list_cameras():
        return opened(options, "camera", loop=True)
    console.print("no camera found, so the clouds are dreamed; plug a camera in, or give --source FILE")
    return opened(options, "clouds", loop=True)


def _add_recording(session: LiveSession, options: Options) -> tuple[SinkWorker, Recorder] | None:
    if options.record is None:
        return None
    from livedream.sinks.recorder import Recorder

    recorder = Recorder(options.record, overwrite=options.overwrite)
    return session.add_sink(recorder, Rate(options.size_wh, options.fps, from_first=True)), recorder


def _add_virtual_camera(session: LiveSession, options: Options) -> None:
    if options.virtual_camera is None:
        return
    from livedream.sinks.virtual_camera import VirtualCamera

    camera = VirtualCamera(options.virtual_camera or None, size_wh=options.size_wh, fps=options.fps)
    session.add_sink(camera)


def _display(console: Console) -> Health:
    from livedream.ui.available import display_available

    display = display_available()
    if not display.ok:
        console.print(f"no window: {display.message}", markup=False, highlight=False)
    return display


def _show(session: LiveSession, actions: PerformerActions, options: Options, full_screen: bool) -> None:
    """Run the window; Qt owns this thread, so a timer of its own ends the show after its seconds."""
    from livedream.ui.window import run_window

    timer = threading.Timer(options.seconds or 0.0, session.stop)
    timer.daemon = True
    if options.seconds is not None:
        timer.start()
    try:
        run_window(session, actions, title="livedream", full_screen=full_screen)
    finally:
        timer.cancel()
