"""What stands in a show, and the text that it is kept as."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from livedream.errors import InputError
from livedream.presets import as_toml
from livedream.runtime.on_beat import QUANTA, Quantise
from livedream.settings.modulation_row import ModulationRow, row_tables, rows_from
from livedream.toml_table import toml_table

RowKey = tuple[str, str, str]
"""Source, word and side of a row of modulation."""


@dataclass(frozen=True, slots=True)
class SavedTempo:
    """The tempo, in beats a minute; when presets change, and how long before that."""

    bpm: float
    quantise: Quantise = "off"
    lookahead_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class SavedShow:
    """What stands. preset: its name. hand: what was written over it, by word. a, b: names on the decks.

    live: the deck that is shown, "" if that is not known. numbers: fader and fade, by word. rows: those of
    modulation that a hand has made; removed: those of preset and macros that it has taken away. source: what
    opens it, "" if nobody has named one. tempo, mirrored, view_mirrored (what goes out, and the window): None
    if they are not known, as in what an older livedream has saved.
    """

    preset: str
    hand: Mapping[str, Any]
    held: tuple[str, ...]
    a: str
    b: str
    live: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    rows: tuple[ModulationRow, ...] = ()
    removed: tuple[RowKey, ...] = ()
    source: str = ""
    tempo: SavedTempo | None = None
    mirrored: bool | None = None
    view_mirrored: bool | None = None


def text_of(show: SavedShow, run: Mapping[str, Any]) -> str:
    """Return a show as TOML. run: what is known of the process."""
    table: dict[str, Any] = {
        "preset": show.preset,
        "held": list(show.held),
        "source": show.source,
        "removed": [list(key) for key in show.removed],
        "decks": {"A": show.a, "B": show.b, "live": show.live},
        "numbers": dict(show.numbers),
        "mirrors": {"output": show.mirrored, "view": show.view_mirrored},
        "run": dict(run),
    }
    if show.tempo is not None:
        table["tempo"] = asdict(show.tempo)
    table["hand"] = dict(show.hand)
    if show.rows:
        table["modulation"] = row_tables(show.rows)
    return as_toml(table)


def show_from(text: bytes) -> SavedShow:
    """Read what `text_of` has written; what an older one has not is as by default. Raises InputError."""
    try:
        return _read(toml_table(text.decode()))
    except (ValueError, KeyError, TypeError, OverflowError) as fault:  # tomllib's and Unicode's among them
        raise InputError("its file is damaged") from fault


def _read(table: Mapping[str, Any]) -> SavedShow:
    decks, mirrors = _table(table, "decks"), _table(table, "mirrors")
    live, source = str(decks.get("live", "")), str(table.get("source", ""))
    if live not in ("", "A", "B") or not source.isprintable():
        raise ValueError(live or source)
    return SavedShow(
        str(table["preset"]),
        dict(table["hand"]),
        tuple(str(word) for word in table["held"]),
        str(decks["A"]),
        str(decks["B"]),
        live,
        {word: _number(number) for word, number in _table(table, "numbers").items()},
        rows_from(table.get("modulation", []), "its file"),
        tuple(_key(key) for key in table.get("removed", [])),
        source,
        _tempo(_table(table, "tempo")),
        _switch(mirrors.get("output")),
        _switch(mirrors.get("view")),
    )


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        raise TypeError(key)
    return found


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _switch(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError(value)
    return value


def _key(value: Any) -> RowKey:
    source, word, side = value
    return str(source), str(word), str(side)


def _tempo(table: Mapping[str, Any]) -> SavedTempo | None:
    if not table:
        return None
    quantise = next((one for one in QUANTA if one == table.get("quantise", "off")), None)
    if quantise is None:
        raise ValueError(table)
    return SavedTempo(_number(table["bpm"]), quantise, _number(table.get("lookahead_ms", 0.0)))
