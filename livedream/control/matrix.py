"""Matrix: which source moves which setting, how far and how."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from livedream.control.coalescer import Coalescer
from livedream.control.modulators import Modulator
from livedream.control.tempo import Tempo
from livedream.control.waves import HOW, OFFERED, wave
from livedream.errors import InputError
from livedream.settings import by_word
from livedream.settings.modulation_row import ModulationRow, check_row

Owner = Literal["default", "preset", "hand"]
"""Who has made a row; a later one's takes the place of an earlier one's with the same key."""

OWNERS: tuple[Owner, ...] = ("default", "preset", "hand")

STILL = 1e-9
"""A setting that is moved by less is not moved."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Movement:
    """What the matrix did in its last step.

    sources: the value of each source that a row names, -1 to 1. rows: how far each row moves its setting, as
    a share of its scale, -1 to 1.
    """

    sources: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[ModulationRow, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Followed:
    """Where a row's source is, bent and smoothed, and when that was."""

    value: float | None = None
    at_s: float = 0.0


class Matrix:
    """Moves settings around what hand and preset make of them; one thread steps it, any may change rows.

    sources: by name; more may be added while it runs. What is no source may be the name of a wave. defaults:
    rows that are there unless a preset or a hand says otherwise. Raises InputError for one that is not
    possible.
    """

    def __init__(
        self,
        coalescer: Coalescer,
        sources: Mapping[str, Modulator],
        tempo: Tempo,
        defaults: Iterable[ModulationRow] = (),
    ) -> None:
        self._coalescer, self._sources, self._tempo = coalescer, dict(sources), tempo
        self._lock = threading.Lock()
        self._made: dict[Owner, dict[Key, ModulationRow]] = {owner: {} for owner in OWNERS}
        self._removed: set[Key] = set()
        self._rows: dict[ModulationRow, _Followed] = {}
        self._waves: dict[str, Modulator | None] = {}
        self._moved: set[str] = set()
        self.movement = Movement()
        self._use("default", defaults)

    @property
    def rows(self) -> tuple[ModulationRow, ...]:
        """Return the rows that stand: those of the defaults, then those of the preset, then the hand's."""
        return tuple(self._rows)

    @property
    def rows_to_save(self) -> tuple[ModulationRow, ...]:
        """Return the rows that a preset has to bring to be as the show is now: all but the defaults."""
        defaults = self._made["default"].values()
        return tuple(row for row in self._rows if row not in defaults)

    def sources(self) -> tuple[str, ...]:
        """Return the names of sources to choose from: knobs and sound, then waves."""
        return (*self._sources, *OFFERED)

    def add_sources(self, sources: Mapping[str, Modulator]) -> None:
        """Add sources, or replace those of the same names."""
        with self._lock:
            self._sources = {**self._sources, **sources}

    def check_source(self, name: str) -> None:
        """Raise InputError if there is no source of a name now."""
        if self._source(name) is None:
            raise InputError(f"there is no source {name!r}; there are: {', '.join(self._sources)}; {HOW}")

    def add(self, row: ModulationRow) -> None:
        """Add a row, in place of the one of its source, word and side. Raises InputError."""
        check_row(row)
        self.check_source(row.source)
        with self._lock:
            self._made["hand"][row.key] = row
            self._removed.discard(row.key)
            self._stand()

    def remove(self, row: ModulationRow) -> None:
        """Remove a row; the setting goes back to what it is without it. Raises KeyError if there is none."""
        with self._lock:
            if row not in self._rows:
                raise KeyError(row)
            self._made["hand"].pop(row.key, None)
            self._removed.add(row.key)
            self._stand()

    def change(self, before: ModulationRow, after: ModulationRow) -> None:
        """Put one row in the place of another. Raises InputError, or KeyError if there is none."""
        check_row(after)
        self.check_source(after.source)
        if before.key != after.key:
            self.remove(before)
        self.add(after)

    def use_preset(self, rows: Iterable[ModulationRow]) -> None:
        """Take a preset's rows in place of those of the one before; those of the hand stay."""
        self._use("preset", rows)

    def reset(self) -> None:
        """Undo all that the hand has done to the rows."""
        with self._lock:
            self._made["hand"].clear()
            self._removed.clear()
            self._stand()

    def step(self, now_s: float) -> None:
        """Ask for the values of a time: one for each setting, of all of its rows together."""
        with self._lock:
            rows = dict(self._rows)
        sources = {name: self._value(name, now_s) for name in {row.source for row in rows}}
        moves = {
            row: row.depth * _follow(row, followed, sources[row.source], now_s)
            for row, followed in rows.items()
        }
        self._move(moves)
        self.movement = Movement(sources, moves)

    def _move(self, moves: Mapping[ModulationRow, float]) -> None:
        by_setting: dict[str, float] = {}
        for row, move in moves.items():
            by_setting[row.word] = by_setting.get(row.word, 0.0) + move
        moved = {word for word, move in by_setting.items() if abs(move) > STILL}
        for word in self._moved - moved:
            self._coalescer.let_go(word, "modulation")
        for word in moved:
            info = by_word()[word]
            value = info.at(info.position(self._coalescer.base(word)) + by_setting[word])
            self._coalescer.want(word, value, "modulation")
        self._moved = moved

    def _use(self, owner: Owner, rows: Iterable[ModulationRow]) -> None:
        taken = {row.key: row for row in rows}
        for row in taken.values():
            check_row(row)
        with self._lock:
            self._removed -= self._made[owner].keys() - self._made["default"].keys()
            self._made[owner] = taken
            self._stand()

    def _stand(self) -> None:
        made = {key: row for owner in OWNERS for key, row in self._made[owner].items()}
        standing = [row for key, row in made.items() if key not in self._removed]
        self._rows = {row: self._rows.get(row, _Followed()) for row in standing}

    def _source(self, name: str) -> Modulator | None:
        if name in self._sources:
            return self._sources[name]
        if name not in self._waves:
            self._waves[name] = wave(name, self._tempo)
        return self._waves[name]

    def _value(self, name: str, now_s: float) -> float:
        source = self._source(name)
        given = 0.0 if source is None else source.at(now_s)
        return min(1.0, max(-1.0, given)) if math.isfinite(given) else 0.0


def _follow(row: ModulationRow, followed: _Followed, value: float, now_s: float) -> float:
    shaped = row.shaped(value)
    if followed.value is None or row.smoothing_s == 0:
        followed.value = shaped
    else:
        share = -math.expm1(-max(0.0, now_s - followed.at_s) / row.smoothing_s)
        followed.value += share * (shaped - followed.value)
    followed.at_s = now_s
    return followed.value
