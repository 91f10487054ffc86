"""`livedream live`: the show."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from livedream.cli.autosaved import (
    Found,
    Standing,
    autosaved,
    bring_back_look,
    bring_back_rows,
    found,
    named_first,
    with_tempo,
)
from livedream.cli.engine_ahead import loading
from livedream.cli.printed import Teller, telling
from livedream.cli.show import (
    check_apart,
    check_dreamed,
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
from livedream.errors import InputError, LivedreamError
from livedream.health import Health
from livedream.runtime.playlist import Playlist
from livedream.runtime.saved_show import ShowFiles
from livedream.runtime.saved_show_text import SavedShow
from livedream.runtime.session import LiveSession
from livedream.runtime.source_switcher import spec_of
from livedream.sinks.sink import Sink
from livedream.sinks.sink_spec import film_of, open_sink
from livedream.sources import Source

if TYPE_CHECKING:
    from livedream.dream.program import KernelProgram
    from livedream.engines.builder import EngineBuilder
    from livedream.ui.control_window import ControlWindow
    from livedream.ui.window import DreamWindow


def run(
    options: Options,
    builder: EngineBuilder[KernelProgram] | None = None,
    *,
    window: bool,
    full_screen: bool,
) -> None:
    """Dream until the window is closed, Ctrl-C, the end of the source, or `options.seconds`.

    builder: has begun with the engine, see `livedream.cli.engine_ahead`; None: the session makes one.
    Raises InputError for what a person got wrong, before anything starts.
    """
    console = Console()
    with telling(console) as tell:
        _run(options, builder, console, tell, window=window, full_screen=full_screen)


def _run(
    options: Options,
    builder: EngineBuilder[KernelProgram] | None,
    console: Console,
    tell: Teller,
    *,
    window: bool,
    full_screen: bool,
) -> None:
    sinks = _sinks(options)
    by_hand = window or options.is_turned or options.resume is True
    playlist = playlist_of(options, by_hand=by_hand)
    # A source that is named and not there ends all of this before it is looked what stood in the last show.
    named = None if options.source is None else opened(options, options.source, loop=True)
    display, files = _display(console) if window else Health("off"), ShowFiles()
    last = found(files, resume=options.resume, may_restore=display.ok and options.is_plain)
    saved = None if last.show is None else named_first(last.show, options)
    with _kept_for_the_next(last, files) as if_it_fails:
        source, spec = _source(options, named, saved, console)
        session = session_of(options, source, tell, playlist, builder)
        if_it_fails.callback(session.finish)
        session.sources.spec = spec
        for sink in sinks:
            session.add_sink(sink)
        controls, standing = _brought_back(options, session, playlist, last._replace(show=saved), tell)
    with autosaved(standing, files, session.tell), ending_on_signals(session):
        try:
            if display.ok:
                _load_window()  # what is dreamed while a window is loaded slows that down, and nobody sees it
            session.start()
            # What the show stands on is never garbage, and to look through all of it takes 30 ms at once.
            gc.freeze()
            with controls:
                if display.ok:
                    hosted = partial(_hosted, session, playlist, controls, standing)
                    _show(session, hosted, options, full_screen, mirror=_mirror(source, spec, saved))
                else:
                    watch(session, options.seconds, console)
            status = session.status()
        finally:
            session.finish()
        tell.wait()
        print_summary(status, recordings(session.output.recordings), console)
        check_recorded(session.output.recordings)
        check_dreamed(session)


@contextmanager
def _kept_for_the_next(last: Found, files: ShowFiles) -> Iterator[ExitStack]:
    """Leave the last show to the next start if this one cannot begin, and do what the stack is given."""
    with ExitStack() as if_it_fails:
        try:
            yield if_it_fails
        except BaseException:
            if last.show is not None:
                with suppress(OSError):
                    files.save(last.show)
            raise
        if_it_fails.pop_all()


def _sinks(options: Options) -> list[Sink]:
    """Make the sinks that the options name, each once. Raises InputError."""
    _check_films(options)
    return [
        open_sink(spec, size_wh=options.size_wh, fps=options.fps, overwrite=options.overwrite)
        for spec in _sink_specs(options)
    ]


def _sink_specs(options: Options) -> list[str]:
    specs = list(options.sinks)
    if options.record is not None:
        specs.append(f"file:{options.record}")
    if options.virtual_camera is not None:
        specs.append(f"virtual-camera:{options.virtual_camera}")
    return list(dict.fromkeys(specs))


def _check_films(options: Options) -> None:
    """Raise InputError if a film that is recorded is the input, or another one."""
    films = [film for film in map(film_of, _sink_specs(options)) if film is not None]
    for number, film in enumerate(films):
        check_apart(film, options)
        if film.absolute() in [other.absolute() for other in films[:number]]:
            raise InputError(f"{film} is recorded twice; give it once, or another name")


def _source(
    options: Options, named: Source | None, saved: SavedShow | None, console: Console
) -> tuple[Source, str]:
    """Return the source that was named, or open that of the last show, the first camera, or the clouds.

    Returns what opens it again, too, "" if nobody has named it. It is said where another one is opened.
    Raises InputError for one that is recorded over, and what opening the named one or a camera raises.
    """
    if named is not None:
        return named, spec_of(options.source or "")
    if saved is not None and saved.source:
        _check_films(replace(options, source=saved.source))
        try:
            return opened(options, saved.source, loop=True), saved.source
        except LivedreamError as fault:
            gone = f"the last show's source, {saved.source}, cannot be opened: {fault}"
            console.print(f"{gone} This one starts with what is there.", markup=False, highlight=False)
    return _what_is_there(options, console), ""


def _what_is_there(options: Options, console: Console) -> Source:
    """Open the first camera; else, saying so, the clouds."""
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


def _brought_back(
    options: Options, session: LiveSession, playlist: Playlist, last: Found, tell: Teller
) -> tuple[Controls, Standing]:
    """Let the last show stand again; returns what turns this one, not yet entered, and what looks at it."""
    desk, saved = session.desk, last.show
    assert desk is not None, "a playlist has one"
    if words := bring_back_look(desk, last):
        session.tell(words)
    controls = controlled(with_tempo(options, saved), session, playlist, tell)
    if saved is not None:
        bring_back_rows(controls, saved, session.tell)
        session.output.mirrored = bool(saved.mirrored)
    return controls, Standing(session, desk, controls)


def _mirror(source: Source, spec: str, saved: SavedShow | None) -> bool:
    """Return whether the window shows its picture mirrored: as it was, or a camera's, as mirrors do."""
    if saved is not None and saved.view_mirrored is not None and saved.source == spec:
        return saved.view_mirrored
    return source.info.is_device


def _hosted(
    session: LiveSession, playlist: Playlist, controls: Controls, standing: Standing, view: DreamWindow
) -> ControlWindow:
    """Put the picture into a window with the controls."""
    from livedream.ui.control_window import with_panel

    standing.is_view_mirrored = lambda: view.picture.preview.mirror
    return with_panel(session, playlist, view, controls=controls)


def _load_window() -> None:
    with loading():
        import livedream.ui.control_window
        import livedream.ui.run_window  # noqa: F401


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
