"""`livedream bench`: the figures, on the terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, astuple
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from livedream.cli.show import check_apart, opened
from livedream.cli.show_options import Options
from livedream.clock import SystemClock
from livedream.errors import InputError, SourceError
from livedream.runtime.bench import Figures, bench
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_look
from livedream.runtime.soak import Soaked

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from livedream.dream.program import KernelProgram
    from livedream.engines.builder import EngineBuilder


def run(
    options: Options,
    builder: EngineBuilder[KernelProgram] | None = None,
    *,
    paced: bool,
    json_file: Path | None,
    soak_minutes: int = 0,
) -> None:
    """Measure, print, and write `json_file` if it is given. Raises LivedreamError.

    soak_minutes: measure for so long; 0: for the options' seconds. builder: has begun with the engine, see
    `livedream.cli.engine_ahead`; None: the session makes one.
    """
    console = Console()
    look = load_look(options.preset, options.assignments)
    if json_file is not None:
        check_json(json_file, options)
    plan = Plan(look.name, options.size_wh, options.fps, options.engine, paced=paced, governed=paced)
    open_source = partial(opened, options, options.source or "clouds", loop=True)
    with console.status("measuring"):
        measured_s = options.seconds or 10.0
        figures = bench(
            open_source, look.settings, plan, SystemClock(), measured_s, builder, soak_minutes=soak_minutes
        )
    console.print(_table(figures))
    if figures.soak is not None:
        console.print(_minutes_table(figures.soak))
    if json_file is not None:
        write_json(json_file, figures)
    seen = 0 if figures.soak is None else len(figures.soak.minutes)
    if seen < soak_minutes:
        raise SourceError(
            f"{figures.source} ended after {seen} of {soak_minutes} minutes; use an endless source"
        )


def check_json(file: Path, options: Options) -> None:
    """Raise InputError, before anything is measured, for a file that cannot be written."""
    folder = file.absolute().parent
    if not folder.is_dir():
        raise InputError(f"--json {file}: the folder {folder} does not exist; create it first")
    if file.is_dir():
        raise InputError(f"--json {file} is a folder; give the name of a file")
    check_apart(file, options)


def write_json(file: Path, figures: DataclassInstance) -> None:
    """Write figures to a file. Raises InputError."""
    try:
        file.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    except OSError as fault:
        raise InputError(f"--json {file} cannot be written: {fault.strerror}; choose another name") from fault


def _table(figures: Figures) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    for name, value in asdict(figures).items():
        if name != "soak":
            table.add_row(name, _words(value))
    return table


def _minutes_table(soaked: Soaked) -> Table:
    """Return the minutes, a row each, and under them how the last differ from the first."""
    heads = ("minute", "MB", "threads", "handles", "frames/s", "p50 ms", "p95 ms", "p99 ms", "dropped")
    table = Table(*heads, box=None, padding=(0, 1))
    for number, minute in enumerate(soaked.minutes, 1):
        table.add_row(str(number), *(f"{value:g}" for value in astuple(minute)))
    memory, rate, p99 = (
        f"{percent:+.2f} %"
        for percent in (soaked.memory_growth_percent, soaked.fps_percent, soaked.p99_percent)
    )
    more = (f"{soaked.threads_more:+d}", f"{soaked.handles_more:+d}")
    table.add_row("drift", memory, *more, rate, "", "", p99, "")
    return table


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:g}" for name, number in value.items())
    if isinstance(value, tuple):
        joined = "\n" if any(isinstance(part, str) for part in value) else "x"
        return joined.join(str(part) for part in value)
    return str(value)
