"""`livedream live`: the show."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from livedream.cli.autosaved import autosaved
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
    wait_out,
    watch,
)
from livedream.cli.show_options import Options
from livedream.control.controls import Controls
from livedream.health import Health
from livedream.runtime.playlist import Playlist
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.session import LiveSession
from livedream.sinks.sink import Sink
from livedream.sinks.sink_spec import open_sink
from livedream.sources import Source

if TYPE_CHECKING:
    from livedream.ui.control_window import ControlWindow
    from livedream.ui.window import DreamWindow


def run(options: Options, *, window: bool, full_screen: bool) -> None:
    """Dream until the window is closed, Ctrl-C, the end of the source, or `options.seconds`.

    Raises InputError for what a person got wrong, before anything starts.
    """
    console = Console()
    if options.record is not None:
        check_apart(options.record, options)
    sinks = _sinks(options)
    by_hand = window or options.is_turned or options.resume is True
    playlist = playlist_of(options, by_hand=by_hand)
    source = _source(options, console)
    session = session_of(options, source, console, playlist)
    for sink in sinks:
        session.add_sink(sink)
    display = _display(console) if window else Health("off")
    desk = session.desk
    assert desk is not None, "a playlist has one"
    saved = autosaved(
        desk, ShowFiles(), session.tell, resume=options.resume, may_restore=display.ok and options.is_plain
    )
    with saved, ending_on_signals(session):
        try:
            controls = controlled(options, session, playlist, console)
            session.start()
            # What the show stands on is never garbage, and to look through all of it takes 30 ms at once.
            gc.freeze()
            with controls:
                if display.ok:
                    hosted = partial(_hosted, session, playlist, controls)
                    _show(session, hosted, options, full_screen, mirror=source.info.is_device)
                else:
                    watch(session, options.seconds, console)
            status = session.status()
        finally:
            session.finish()
        print_summary(status, recordings(session.output.workers), console)
        check_recorded(session.output.workers)


def _sinks(options: Options) -> list[Sink]:
    """Make the sinks that the options name, each once. Raises InputError."""
    specs = list(options.sinks)
    if options.record is not None:
        specs.append(f"file:{options.record}")
    if options.virtual_camera is not None:
        specs.append(f"virtual-camera:{options.virtual_camera}")
    return [
        open_sink(spec, size_wh=options.size_wh, fps=options.fps, overwrite=options.overwrite)
        for spec in dict.fromkeys(specs)
    ]


def _source(options: Options, console: Console) -> Source:
    """Open the source that was named; else the first camera; else, saying so, the clouds."""
    if options.source is not None:
        return opened(options, options.source, loop=True)
    from livedream.sources.cameras import list_cameras

    if list_cameras():
        return opened(options, "camera", loop=True)
    console.print("no camera found, so the clouds are dreamed; plug a camera in, or give --source FILE")
    return opened(options, "clouds", loop=True)


def _display(console: Console) -> Health:
    from livedream.ui.available import display_available

    display = display_available()
    if not display.ok:
        console.print(f"no window: {display.message}", markup=False, highlight=False)
    return display


def _hosted(session: LiveSession, playlist: Playlist, controls: Controls, view: DreamWindow) -> ControlWindow:
    """Put the picture into a window with the controls."""
    from livedream.ui.control_window import with_panel

    return with_panel(session, playlist, view, controls=controls)


def _show(
    session: LiveSession,
    hosted: Callable[[DreamWindow], ControlWindow],
    options: Options,
    full_screen: bool,
    *,
    mirror: bool,
) -> None:
    """Run the window; Qt owns this thread, so another one ends the show after its seconds."""
    from livedream.ui.run_window import run_window

    def end() -> None:
        wait_out(session, options.seconds, lambda _: None)
        session.stop()

    if options.seconds is not None:
        threading.Thread(target=end, name="end after --seconds", daemon=True).start()
    run_window(
        session,
        session.commands,
        title="livedream",
        full_screen=full_screen,
        mirror=mirror,
        hosted=hosted,
    )
