"""Rows of the modulation matrix: which source moves which setting, how far and how."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Literal, get_args

from livedream.errors import InputError
from livedream.settings.macro import SECTION
from livedream.settings.show_numbers import by_target, movable

Curve = Literal["linear", "square", "root"]
"""How a source's value is bent: square keeps small values small, root enlarges them."""

Side = Literal["both", "up", "down"]
"""Which of a source's values count: all, those above 0, or those below 0, as if they were above."""

CURVES: tuple[Curve, ...] = get_args(Curve)
SIDES: tuple[Side, ...] = get_args(Side)
TEXTS = ("source", "word", "curve", "side")
SLOWEST_S = 60.0


@dataclass(frozen=True, slots=True)
class ModulationRow:
    """One source that moves one setting.

    source: its name. word: the setting. depth: -1 to 1, how much of the setting's scale the source's 1 is.
    smoothing_s: time in which the setting follows by two thirds. start, end: the source's values, 0 to 1, at
    which it begins to move the setting and has moved it all the way.
    """

    source: str
    word: str
    depth: float = 0.5
    curve: Curve = "linear"
    smoothing_s: float = 0.0
    side: Side = "both"
    start: float = 0.0
    end: float = 1.0

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what there is one row of: source, word and side."""
        return self.source, self.word, self.side

    def shaped(self, value: float) -> float:
        """Return how far a source's value, -1 to 1, moves the setting: as a share of `depth`, -1 to 1."""
        sided = value if self.side == "both" else max(0.0, value if self.side == "up" else -value)
        size = min(1.0, max(0.0, (abs(sided) - self.start) / (self.end - self.start)))
        bent = {"linear": size, "square": size * size, "root": math.sqrt(size)}[self.curve]
        return -bent if sided < 0 else bent


def check_row(row: ModulationRow) -> None:
    """Raise InputError that names the key and the value if a row is not possible."""
    _check_word(row.word)
    check_circle((row,))
    for key, value, choices in (("curve", row.curve, CURVES), ("side", row.side, SIDES)):
        if value not in choices:
            raise InputError(f"{key} = {value!r} is not possible; choose one of: {', '.join(choices)}")
    for key, number, low, high in (
        ("depth", row.depth, -1, 1),
        ("smoothing_s", row.smoothing_s, 0, SLOWEST_S),
        ("start", row.start, 0, 1),
        ("end", row.end, 0, 1),
    ):
        if not low <= number <= high:
            raise InputError(f"{key} = {number!r} is not possible: it must be from {low} to {high:g}")
    if row.start >= row.end:
        raise InputError(f"start = {row.start!r} is not possible: it must be below end = {row.end!r}")


def check_circle(rows: Iterable[ModulationRow]) -> None:
    """Raise InputError that names the macros if, of rows that stand together, one moves itself in the end."""
    moved: dict[str, list[str]] = {}
    for row in rows:
        section, _, name = row.word.partition(".")
        if section == SECTION:
            moved.setdefault(row.source, []).append(name)
    for first in moved:
        ways: list[tuple[str, ...]] = [(first,)]
        while ways:
            way = ways.pop()
            for name in moved.get(way[-1], ()):
                if name == first:
                    raise InputError(_circle(way))
                if name not in way:
                    ways.append((*way, name))


def parse_moves(texts: Iterable[str], begin: str = "--move ") -> tuple[ModulationRow, ...]:
    """Read what several --move take, as rows that can stand together. Raises InputError.

    begin: of its message, before what was written.
    """
    texts = tuple(texts)
    rows = tuple(parse_move(text, begin) for text in texts)
    try:
        check_circle(rows)
    except InputError as fault:
        raise InputError(f"{begin}{', '.join(texts)}: {fault}") from fault
    return rows


def parse_move(text: str, begin: str = "--move ") -> ModulationRow:
    """Read what --move takes, such as "bass=look.depth:0.4", as a row. Raises InputError.

    begin: of its message, before what was written.
    """
    source, _, rest = text.partition("=")
    word, colon, depth = rest.partition(":")
    wrong = f"{begin}{text}: write SOURCE=WORD or SOURCE=WORD:DEPTH, for example bass=look.depth:0.4"
    if not source.strip() or not word.strip():
        raise InputError(wrong)
    try:
        row = ModulationRow(source.strip(), word.strip(), float(depth) if colon else 0.5)
    except ValueError as fault:
        raise InputError(wrong) from fault
    try:
        check_row(row)
    except InputError as fault:
        raise InputError(f"{begin}{text}: {fault}") from fault
    return row


def row_tables(rows: Iterable[ModulationRow]) -> list[dict[str, Any]]:
    """Return rows as [[modulation]] tables of a preset file; what is as by default is left out."""
    defaults = {one.name: one.default for one in fields(ModulationRow)}
    return [{key: value for key, value in asdict(row).items() if value != defaults[key]} for row in rows]


def rows_from(tables: Any, origin: str) -> tuple[ModulationRow, ...]:
    """Read rows from [[modulation]] tables. Raises InputError naming origin, key and value."""
    if not isinstance(tables, list):
        raise InputError(
            f"{origin}: modulation = {tables!r} is not possible: it must be [[modulation]] tables"
        )
    rows = tuple(_row(table, f"{origin}: modulation {number}") for number, table in enumerate(tables, 1))
    try:
        check_circle(rows)
    except InputError as fault:
        raise InputError(f"{origin}: modulation: {fault}") from fault
    return rows


def _circle(way: tuple[str, ...]) -> str:
    """Say that the first of these macros, each of which moves the next, is moved by the last."""
    if len(way) == 1:
        return f"{SECTION}.{way[0]} cannot move itself; let {way[0]} move another setting"
    steps = ", ".join(f"{one} moves {SECTION}.{other}" for one, other in pairwise((*way, way[0])))
    return f"{SECTION}.{way[0]} cannot move itself: {steps}; leave out one of them"


def _check_word(word: str) -> None:
    if word in movable():
        return
    info = by_target().get(word)
    if info is None:
        raise InputError(f"word = {word!r} is not possible: there is no such setting")
    if not info.is_number:
        raise InputError(f"word = {word!r} is not possible: it is a {info.kind}, not a number")
    if info.lifetime == "engine":
        raise InputError(f"word = {word!r} is not possible: each of its values needs another engine")
    raise InputError(f"word = {word!r} is not possible: modulation does not move it")


def _row(table: Any, origin: str) -> ModulationRow:
    if not isinstance(table, Mapping):
        raise InputError(f"{origin}: {table!r} is no table")
    keys = [one.name for one in fields(ModulationRow)]
    for key, value in table.items():
        if key not in keys:
            raise InputError(f"{origin}: {key} = {value!r} is not possible: the keys are {', '.join(keys)}")
        if not isinstance(value, str if key in TEXTS else int | float) or isinstance(value, bool):
            needed = "a text" if key in TEXTS else "a number"
            raise InputError(f"{origin}: {key} = {value!r} is not possible: it must be {needed}")
    for key in ("source", "word"):
        if key not in table:
            raise InputError(f"{origin}: {key} is missing")
    row = ModulationRow(**table)
    try:
        check_row(row)
    except InputError as fault:
        raise InputError(f"{origin}: {fault}") from fault
    return row
