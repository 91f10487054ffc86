"""Putting a show together from the options, and telling about it on the terminal."""

from __future__ import annotations

import _thread
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from livedream.cli.show_options import Options
from livedream.cli.signals import ENDINGS, heeded
from livedream.control.controls import Controls
from livedream.errors import EngineError, InputError, SinkError
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.playlist_loading import load_playlist
from livedream.runtime.session import LiveSession
from livedream.runtime.sink_worker import SinkTotal
from livedream.runtime.status import Status
from livedream.sources import Source, open_source
from livedream.sources.source_spec import expanded

if TYPE_CHECKING:
    from livedream.dream.program import KernelProgram
    from livedream.engines.builder import EngineBuilder
    from livedream.sinks.recorder import Recorder


FIRST_FRAME_S = 600.0
"""After so long without a dreamed frame, a show that was to last some seconds ends."""


def playlist_of(options: Options, *, by_hand: bool) -> Playlist:
    """Load the presets that the options name; by_hand: all can be chosen. Raises InputError."""
    names = () if by_hand and options.programs is None else options.programs
    by_beats = options.program_beats is not None
    return load_playlist(
        options.preset,
        names,
        assignments=options.assignments,
        every_s=None if options.programs is None or by_beats else options.program_s,
        every_beats=options.program_beats,
    )


def opened(options: Options, spec: str, *, loop: bool) -> Source:
    """Open a source. Raises InputError or SourceError."""
    return open_source(spec, fps=options.fps, size_wh=options.size_wh, loop=loop, most_wh=options.size_wh)


def session_of(
    options: Options,
    source: Source,
    tell: Callable[[str], None],
    playlist: Playlist,
    builder: EngineBuilder[KernelProgram] | None,
    *,
    engine_required: bool = False,
) -> LiveSession:
    """Return the session of a live show, not yet started.

    tell: takes each sentence. builder: of `engine_ahead`. engine_required: see `Plan`.
    """
    plan = Plan(
        playlist.name,
        options.size_wh,
        options.fps,
        options.engine,
        attract_s=options.attract_s,
        fade_s=options.fade_s,
        mirror_output=options.mirror_output,
        flash_limit=options.flash_limit,
        replay=options.replay,
        engine_required=engine_required,
    )
    return LiveSession(source, playlist, plan, builder=builder, tell=tell)


def controlled(
    options: Options, session: LiveSession, playlist: Playlist, tell: Callable[[str], None]
) -> Controls:
    """Return what turns a show from elsewhere, to be entered; what cannot be had is told.

    Raises InputError for a MIDI profile that cannot be read.
    """
    return Controls(
        session.store,
        session.commands,
        playlist,
        options.control,
        parameters=session.parameters,
        tell=tell,
    )


@contextmanager
def ending_on_signals(session: LiveSession) -> Iterator[None]:
    """Stop the session instead of the process on Ctrl-C, SIGTERM and SIGHUP."""
    # In a thread of its own: the signal may come just as the main one holds the lock of what it waits for.
    with heeded(("SIGINT", *ENDINGS), lambda _: _thread.start_new_thread(session.stop, ())):
        yield


def watch(session: LiveSession, seconds: float | None, console: Console) -> None:
    """Wait for the end of the show, or for `seconds`, with one line that says how it goes."""
    with console.status("starting") as line:
        wait_out(session, seconds, lambda status: line.update(status_line(status)))


def wait_out(session: LiveSession, seconds: float | None, tell: Callable[[Status], None]) -> None:
    """Wait for the end of the show, or for `seconds` from its first dreamed frame on.

    seconds: None for no end. tell: called now and then. A show whose first frame does not come within
    FIRST_FRAME_S is waited for no longer.
    """
    left_s = float("inf") if seconds is None else seconds
    patience_s = float("inf") if seconds is None else FIRST_FRAME_S
    while left_s > 0 and patience_s > 0 and not session.wait(min(0.25, left_s)):
        status = session.status()
        if status.frames:
            left_s -= 0.25
        else:
            patience_s -= 0.25
        tell(status)


def status_line(status: Status) -> str:
    """Format the status as one line."""
    if not status.engine:
        return f"building the engine {status.building}" if status.building else "starting"
    width, height = status.working_wh
    building = f", building {status.building}" if status.building else ""
    program = "" if status.left_s is None else f"  {status.preset} for {status.left_s:.0f} s"
    attract = "  attract: past frames" if status.attract else ""
    return (
        f"{status.fps:5.1f} fps  latency {status.latency_ms.p50:.0f} ms (95 %: {status.latency_ms.p95:.0f})  "
        f"dropped {status.dropped}  {status.engine} {width}x{height}{building}{program}{attract}"
    )


def check_apart(file: Path, options: Options) -> None:
    """Raise InputError if the output file is the input."""
    source = None if options.source is None else expanded(options.source)
    if source is not None and source.exists() and file.exists() and file.samefile(source):
        raise InputError(f"{file} is the input; choose another name for the output")


def recordings(totals: Sequence[SinkTotal]) -> dict[str, str]:
    """Return what became of each recording, once it is closed, by a name for its row."""
    from livedream.sinks.recorder import Recorder

    told = [recorded(total, total.sink) for total in totals if isinstance(total.sink, Recorder)]
    return {
        f"recording {number}" if number > 1 else "recording": words for number, words in enumerate(told, 1)
    }


def recorded(total: SinkTotal, recorder: Recorder) -> str:
    """Return what became of a recording, once it is closed."""
    parts = ", ".join(map(str, recorder.went_on))
    if recorder.failure is not None:
        return f"{recorder.failure} It went on in {parts}." if parts else str(recorder.failure)
    if total.written == 0:
        return f"{recorder.path}: nothing, the show ended before the first dreamed frame"
    missed = f", {total.dropped} of its frames missed" if total.dropped else ""
    paused = f", then after a pause {parts}" if parts else ""
    return f"{recorder.path}{paused}{missed}"


def check_recorded(totals: Sequence[SinkTotal]) -> None:
    """Raise SinkError if a recording that was asked for is not there, or not whole; once it is closed."""
    from livedream.sinks.recorder import Recorder

    for total in totals:
        sink = total.sink
        if isinstance(sink, Recorder) and (sink.failure is not None or sink.went_on or not total.written):
            raise SinkError(recorded(total, sink))


def check_dreamed(session: LiveSession) -> None:
    """Raise EngineError if no engine has run from the beginning to the end of a show."""
    if (fault := session.dreamer.recovery.undreamed) is not None:
        raise EngineError(f"nothing was dreamed: {fault}")


def print_summary(status: Status, rows: dict[str, str], console: Console) -> None:
    """Print how the show went, then `rows`."""
    table = Table(box=None, padding=(0, 2), show_header=False)
    width, height = status.working_wh
    table.add_row("frame rate", f"{status.fps:.1f} frames a second")
    table.add_row(
        "latency", f"{status.latency_ms.p50:.0f} ms; 95 % of frames within {status.latency_ms.p95:.0f} ms"
    )
    if status.audio_offset_ms is not None:
        table.add_row("OBS audio offset", f"{status.audio_offset_ms:.0f} ms, to fit the sound to the picture")
    table.add_row("engine", f"{status.engine or 'none'}, dreaming {width}x{height}")
    table.add_row("frames", f"{status.frames} dreamed, {status.dropped} dropped")
    for name, words in rows.items():
        table.add_row(name, words)
    console.print(table)
