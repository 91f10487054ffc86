"""`livedream bench --fault`: faults on purpose, and what the show makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from livedream.cli.bench_command import check_json, write_json
from livedream.cli.show import opened
from livedream.cli.show_options import Options
from livedream.clock import Clock, SystemClock
from livedream.errors import LivedreamError
from livedream.runtime.faults.injector import Injector
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.rig import MakeDisplay
from livedream.runtime.faults.trial import FaultFigures, TrialFigures, try_faults
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_look
from livedream.runtime.session import LiveSession

EVERY = "all"


def run_faults(options: Options, names: Sequence[str], *, json_file: Path | None) -> None:
    """Inject faults into a show that is recorded to a temporary folder, print, and write `json_file`.

    names: of faults, "all" for every one, or "list" to print their names only. Raises LivedreamError, also
    for a promise that was not kept.
    """
    if "list" in names:
        _print_faults()
        return
    if json_file is not None:
        check_json(json_file, options)
    console = Console()
    chosen = _chosen(names, console)
    look = load_look(options.preset, options.assignments)
    plan = Plan(look.name, options.size_wh, options.fps, options.engine)
    clock, make_display = _watched(console) if any(map(_needs_display, chosen)) else (SystemClock(), None)
    source = opened(options, options.source or "clouds", loop=True)
    with console.status("injecting faults"), TemporaryDirectory(prefix="livedream-faults-") as folder:
        figures = try_faults(
            source,
            look.settings,
            plan,
            clock,
            names=chosen,
            seconds=options.seconds or 10.0,
            film=Path(folder) / "show.mp4",
            make_display=make_display,
        )
    _print(figures, console)
    if json_file is not None:
        write_json(json_file, figures)
    if figures.broken:
        raise LivedreamError(f"the show did not keep what it promises: {'; '.join(figures.broken)}")


def _chosen(names: Sequence[str], console: Console) -> list[str]:
    """List the faults that are asked for; of all, those that can be here. Raises LivedreamError."""
    chosen = list(FAULTS if EVERY in names else dict.fromkeys(names))
    need_display = [name for name in chosen if _needs_display(name)]
    if not need_display:
        return chosen
    from livedream.ui.available import display_available

    display = display_available(environ={"QT_QPA_PLATFORM": "offscreen"})
    if display.ok:
        return chosen
    left_out = f"{', '.join(need_display)}: no window: {display.message}"
    if EVERY not in names:
        raise LivedreamError(left_out)
    console.print(f"left out: {left_out}", markup=False, highlight=False)
    return [name for name in chosen if name not in need_display]


def _needs_display(name: str) -> bool:
    return FAULTS[name].part == "display"


def _watched(console: Console) -> tuple[Clock, MakeDisplay]:
    """Return the clock by which a display is watched, and what makes one."""
    # Qt is loaded only where it is used.
    from livedream.ui.faulty_display import FaultyDisplay, QtClock

    clock = QtClock(SystemClock(), partial(console.print, markup=False, highlight=False))

    def make_display(session: LiveSession, injector: Injector) -> FaultyDisplay:
        return FaultyDisplay(session, injector, clock, session.tell)

    return clock, make_display


def _print_faults() -> None:
    """Print the faults that there are."""
    table = _rows()
    for name, kind in FAULTS.items():
        table.add_row(name, kind.help)
    Console().print(table)


def _print(figures: TrialFigures, console: Console) -> None:
    for one in figures.faults:
        console.print(_table(one, figures.output_fps))
    film = figures.recording
    whole = "whole" if not film.broken else "; ".join(film.broken)
    lost = f"{film.lost} of {film.handed} frames lost, {film.missed} missed"
    table = _rows()
    table.add_row("recording", f"{whole}: {lost}, in {', '.join(film.files)}")
    table.add_row("engine", figures.engine)
    console.print(table)


def _table(one: FaultFigures, fps: float) -> Table:
    back = "never" if one.back_s is None else f"after {one.back_s:g} s ({one.back_frames} frames)"
    table = _rows()
    table.add_row("fault", f"{one.name}: {FAULTS[one.name].help}, for {one.seconds:g} s")
    table.add_row(
        "output", f"{one.output_fps:g} of {fps:g} frames a second, longest gap {one.longest_gap_ms:g} ms"
    )
    table.add_row("told", "\n".join(one.told) or "nothing")
    table.add_row("tried again", f"{one.retries} times in vain")
    table.add_row("back", back)
    table.add_row("promises", "; ".join(one.broken) or "kept")
    return table


def _rows() -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    table.add_column(style="dim")
    table.add_column()
    return table
