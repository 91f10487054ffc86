"""`livedream bench`: the figures, on the terminal and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from livedream.cli.show import check_apart, opened
from livedream.cli.show_options import Options
from livedream.clock import SystemClock
from livedream.errors import InputError
from livedream.runtime.bench import Figures, bench
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_look

if TYPE_CHECKING:
    from livedream.dream.program import KernelProgram
    from livedream.engines.builder import EngineBuilder


def run(
    options: Options,
    builder: EngineBuilder[KernelProgram] | None = None,
    *,
    paced: bool,
    json_file: Path | None,
) -> None:
    """Measure, print, and write `json_file` if it is given. Raises LivedreamError.

    builder: has begun with the engine, see `livedream.cli.engine_ahead`; None: the session makes one.
    """
    console = Console()
    look = load_look(options.preset, options.assignments)
    if json_file is not None:
        _check_json(json_file, options)
    plan = Plan(look.name, options.size_wh, options.fps, options.engine, paced=paced, governed=paced)
    open_source = partial(opened, options, options.source or "clouds", loop=True)
    with console.status("measuring"):
        measured_s = options.seconds or 10.0
        figures = bench(open_source, look.settings, plan, SystemClock(), measured_s, builder)
    console.print(_table(figures))
    if json_file is not None:
        _write_json(json_file, figures)


def _check_json(file: Path, options: Options) -> None:
    """Raise InputError, before anything is measured, for a file that cannot be written."""
    folder = file.absolute().parent
    if not folder.is_dir():
        raise InputError(f"--json {file}: the folder {folder} does not exist; create it first")
    if file.is_dir():
        raise InputError(f"--json {file} is a folder; give the name of a file")
    check_apart(file, options)


def _write_json(file: Path, figures: Figures) -> None:
    try:
        file.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    except OSError as fault:
        raise InputError(f"--json {file} cannot be written: {fault.strerror}; choose another name") from fault


def _table(figures: Figures) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    for name, value in asdict(figures).items():
        table.add_row(name, _words(value))
    return table


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:g}" for name, number in value.items())
    if isinstance(value, tuple):
        joined = "\n" if any(isinstance(part, str) for part in value) else "x"
        return joined.join(str(part) for part in value)
    return str(value)
