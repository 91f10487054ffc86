"""`livedream bench`: the figures, on the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.table import Table

from livedream.cli.show import check_apart, opened
from livedream.cli.show_options import Options
from livedream.clock import SystemClock
from livedream.errors import InputError, SourceError
from livedream.runtime.bench import Figures, bench
from livedream.runtime.plan import Plan
from livedream.runtime.playlist_loading import load_look
from livedream.runtime.soak import Soaked, Soaking, SoakMinute, drift
from livedream.whole_file import check_whole, write_text

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
    minutes = Minutes(console)
    with console.status("measuring"), minutes:
        figures = bench(
            open_source,
            look.settings,
            plan,
            SystemClock(),
            options.seconds or 10.0,
            builder,
            soaking=Soaking(soak_minutes, each=minutes.add) if soak_minutes else None,
        )
    console.print(_table(figures))
    if json_file is not None:
        write_json(json_file, figures)
    seen = len(minutes.seen)
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
    with _told(file):
        check_whole(file)


def write_json(file: Path, figures: DataclassInstance) -> None:
    """Write figures to a file, whole or not at all, or into a pipe. Raises InputError."""
    with _told(file):
        write_text(file, json.dumps(asdict(figures), indent=2) + "\n")


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise InputError(f"--json {file} cannot be written: {fault.strerror}; choose another name") from fault


def _table(figures: Figures) -> Table:
    table = Table(box=None, padding=(0, 2), show_header=False)
    for name, value in asdict(figures).items():
        if name != "soak":
            table.add_row(name, _words(value))
    return table


class Minutes:
    """Prints each minute of a soak as it ends, and then how the last differ from the first.

    It does so, too, for those that there were when somebody breaks it off.
    """

    HEADS = "minute", "MB", "threads", "handles", "fps", "p50 ms", "p95 ms", "p99 ms", "dropped", "size"

    def __init__(self, console: Console) -> None:
        self._console = console
        self.seen: list[SoakMinute] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.seen:
            self._print_drift(drift(self.seen))

    def add(self, minute: SoakMinute) -> None:
        """Print a minute."""
        if not self.seen:
            self._print(self.HEADS)
        self.seen.append(minute)
        *figures, (width, height) = astuple(minute)
        self._print([str(len(self.seen)), *(f"{figure:g}" for figure in figures), f"{width}x{height}"])

    def _print_drift(self, soaked: Soaked) -> None:
        percents = soaked.memory_growth_percent, soaked.fps_percent, soaked.p99_percent
        memory, rate, p99 = (f"{percent:+g}%" for percent in percents)
        more = f"{soaked.threads_more:+d}", f"{soaked.handles_more:+d}"
        self._print(["drift", memory, *more, rate, "", "", p99])

    def _print(self, cells: Iterable[str]) -> None:
        self._console.print("".join(f"{cell:<8}" for cell in cells).rstrip(), highlight=False)


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:g}" for name, number in value.items())
    if isinstance(value, tuple):
        joined = "\n" if any(isinstance(part, str) for part in value) else "x"
        return joined.join(str(part) for part in value)
    return str(value)
