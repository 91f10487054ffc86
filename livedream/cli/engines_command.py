"""`livedream engines`: lists the engines that are kept on disk, builds them ahead, removes them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from livedream.cli.check_engines import megabytes, with_tilde
from livedream.cli.printed import teller
from livedream.cli.show_options import Options
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.engines.cache import REMEDY, Cleared, EngineCache, Listed
from livedream.engines.maker import Ready
from livedream.engines.round_robin import parts_of
from livedream.errors import InputError, LivedreamError
from livedream.offline.engine_pool import Engines
from livedream.runtime.engine_words import describe
from livedream.runtime.playlist_loading import load_look

MOST = 1e9
"""No figure of an engine is as large; a damaged file may claim it."""


def print_engines() -> None:
    """Print what is kept on disk, the engine used last first, and where that is.

    Raises InputError if nothing is kept and nothing can be.
    """
    cache, console = EngineCache(), Console()
    entries = cache.entries()
    if not entries:
        _check_keeping(cache)
        _say(
            console,
            f"there is no engine in {with_tilde(cache.folder)} yet; the first show builds one, or build it "
            "now: livedream engines build",
        )
        return
    console.print(_table(entries))
    faulty = sum(bool(entry.fault) for entry in entries)
    total = megabytes(sum(entry.size_bytes for entry in entries))
    _say(console, f"{_counted(len(entries) - faulty, 'engine')}, {total}, in {with_tilde(cache.folder)}")
    if faulty:
        _say(
            console,
            f"{_counted(faulty, 'file')} there cannot be used; livedream engines clear removes everything, "
            "and engines are rebuilt when needed",
        )


def build(options: Options, presets: Sequence[str]) -> None:
    """Build what presets need at the output's size, unless it is there. Raises LivedreamError."""
    console, cache = Console(), EngineCache()
    _check_keeping(cache)
    named: dict[KernelSpec, list[str]] = {}
    for preset in presets:  # all of them are checked before the first is built
        look = load_look(preset, options.assignments)
        size_hw = working_size_hw(options.size_wh, look.settings.dream.working_px)
        named.setdefault(kernel_spec(look.settings.dream, size_hw), []).append(look.name)
    for number, (spec, names) in enumerate(named.items(), 1):
        kept = {entry.name: entry.facts.get("built") for entry in cache.entries()}
        words = f"{', '.join(names)} ({number} of {len(named)})"
        ready = _built(spec, options, cache, console, words)
        ready.engine.close()
        _say(console, f"{', '.join(names)}: {describe(ready)}; {_origin(ready, kept, cache.entries())}")


def clear(*, agreed: bool) -> None:
    """Remove every engine that is kept, once a person has agreed. Raises LivedreamError."""
    cache, console = EngineCache(), Console()
    if not agreed and not sys.stdin.isatty():
        raise InputError("engines clear asks for confirmation, but there is no terminal; add --yes")
    entries = cache.entries()
    size = megabytes(sum(entry.size_bytes for entry in entries))
    files = _counted(len(entries), "file")
    question = f"Remove every engine, {files}, {size}, from {with_tilde(cache.folder)}?"
    if not agreed and entries and not typer.confirm(question):
        _say(console, "nothing was removed")
        return
    _tell_cleared(cache.clear(), with_tilde(cache.folder), console)


def _check_keeping(cache: EngineCache) -> None:
    """Raise InputError if engines cannot be kept where the cache is."""
    if reason := cache.refusal():
        raise InputError(f"engines cannot be stored in {with_tilde(cache.folder)} ({reason}); {REMEDY}")


def _tell_cleared(cleared: Cleared, folder: str, console: Console) -> None:
    """Print what was removed. Raises LivedreamError if a file could not be removed."""
    if cleared.files or not cleared.kept:
        _say(
            console,
            f"removed {_counted(cleared.files, 'file')}, {megabytes(cleared.size_bytes)}, from {folder}",
        )
    if cleared.kept:
        raise LivedreamError(
            f"{_counted(len(cleared.kept), 'file')} could not be removed: {'; '.join(cleared.kept)}; close "
            "every running livedream and try again, or remove them by hand"
        )


def _built(
    spec: KernelSpec, options: Options, cache: EngineCache, console: Console, words: str
) -> Ready[KernelProgram]:
    """Build or load one engine, with a line that shows the elapsed time."""
    with console.status(words) as line:

        def waiting(said: str) -> None:
            line.update(f"{words}: {said}" if said else words)

        return Engines(options.engine, teller(console), waiting, cache).ready_for(spec)


def _origin(ready: Ready[KernelProgram], built: Mapping[str, Any], after: Sequence[Listed]) -> str:
    """Return in words whether an engine was built or loaded; built: when each stored one was built before."""
    engine, programs = ready.engine.name.split(" ")[0], [part.describe() for part in parts_of(ready.program)]
    mine = [entry for entry in after if _matches(entry.facts, engine, programs)]
    if any(built.get(entry.name) != entry.facts.get("built") for entry in mine):
        return f"built in {ready.build_s:.1f} s"
    if mine:
        return "loaded from the disk"
    return f"made in {ready.build_s:.1f} s, as at each start: this engine cannot be stored on disk"


def _matches(facts: Mapping[str, Any], engine: str, programs: Sequence[Mapping[str, Any]]) -> bool:
    return facts.get("engine") == engine and facts.get("program") in programs


def _table(entries: Sequence[Listed]) -> Table:
    table = Table(
        _words("engine", 12),
        _words("network: layers", 10),
        _words("size,\noctaves x steps", 10),
        _figures("ms"),
        _figures("cosine"),
        _figures("MB"),
        _words("built", 10),
        _words("last used", 10),
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    for entry in entries:
        table.add_row(*(Text(cell) for cell in _cells(entry)))
    return table


def _words(header: str, least: int) -> Column:
    """Build a column that wraps but is at least as wide as its longest word, so that nothing is cut off."""
    return Column(header, min_width=least, overflow="fold")


def _figures(header: str) -> Column:
    return Column(header, justify="right", no_wrap=True)


def _cells(entry: Listed) -> list[str]:
    """Write an entry's row; whatever its facts hold, it can be shown."""
    size, used = f"{entry.size_bytes / 1e6:.1f}", _when(entry.used_s)
    if entry.fault:
        return [entry.fault, _printable(entry.name), "", "", "", size, "", used]
    facts = entry.facts
    program, checked = _table_of(facts.get("program")), _table_of(facts.get("check"))
    return [
        _joined(" ", [facts.get("engine"), facts.get("number_format"), *_where(facts)]),
        _joined(": ", [program.get("network"), _joined(", ", program.get("layers"))])
        + (" (all channels)" if program.get("channels") == "all" else ""),
        _joined(
            ", ",
            [
                _joined("x", program.get("working_size")),
                _joined("x", [program.get("octaves"), program.get("steps")]),
                _octave(program.get("only")),
            ],
        ),
        _number(checked.get("run_ms"), 1),
        _number(checked.get("cosine"), 4),
        size,
        _when(facts.get("built")),
        used,
    ]


def _where(facts: Mapping[str, Any]) -> list[str]:
    """Return the adapter that an engine is for, and whether it could not be built there."""
    adapter, refusal = facts.get("adapter"), facts.get("refusal")
    return [f"on {adapter}"] * bool(adapter) + ["refused"] * bool(refusal)


def _octave(only: Any) -> str:
    """Return the octave that an engine dreams, the smallest is 1; "" if it dreams all of them."""
    return f"octave {only + 1} alone" if isinstance(only, int) else ""


def _table_of(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _joined(between: str, values: Any) -> str:
    parts = values if isinstance(values, list) else [values]
    return between.join(_printable(str(part)) for part in parts if part not in (None, ""))


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _number(value: Any, digits: int) -> str:
    """Format a figure; "" if it is none, or one that would push all others out of the table."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return ""
    return f"{number:.{digits}f}" if abs(number) < MOST else ""


def _when(moment: Any) -> str:
    """Format a time, in seconds since 1970 or ISO 8601, in this machine's time zone; "" if it is invalid."""
    try:
        given = (
            datetime.fromtimestamp(moment) if isinstance(moment, float) else datetime.fromisoformat(moment)
        )
        return f"{given.astimezone():%Y-%m-%d %H:%M}"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _say(console: Console, sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False)
