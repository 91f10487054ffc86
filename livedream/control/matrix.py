"""Matrix: which source moves which setting, how far and how."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Literal

from livedream.control.coalescer import Coalescer
from livedream.errors import InputError
from livedream.modulation.modulators import Modulator
from livedream.modulation.row_follower import Key, Movement, RowFollower, moved_values, standing
from livedream.modulation.source_values import SourceValues
from livedream.modulation.tempo import Tempo
from livedream.settings.modulation_row import ModulationRow, check_circle, check_row

Owner = Literal["default", "preset", "hand"]
"""Who has made a row; a later one's takes the place of an earlier one's with the same key."""

OWNERS: tuple[Owner, ...] = ("default", "preset", "hand")


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
        self._coalescer, self._sources = coalescer, SourceValues(sources, tempo)
        self._follower = RowFollower(self._sources)
        self._lock = threading.Lock()
        self._made: dict[Owner, dict[Key, ModulationRow]] = {owner: {} for owner in OWNERS}
        self._removed: set[Key] = set()
        self._rows: tuple[ModulationRow, ...] = ()
        self._resting: Mapping[ModulationRow, str] = {}
        self._moved: set[str] = set()
        self.movement = Movement()
        self._use("default", defaults)

    @property
    def rows(self) -> tuple[ModulationRow, ...]:
        """Return the rows that stand: those of the defaults, then those of the preset, then the hand's."""
        return self._rows

    @property
    def rows_to_save(self) -> tuple[ModulationRow, ...]:
        """Return the rows that a preset has to bring to be as the show is now: all but the defaults."""
        defaults = self._made["default"].values()
        return tuple(row for row in self._rows if row not in defaults)

    @property
    def resting(self) -> tuple[str, ...]:
        """Return a sentence on each row that rests: with those of later owners a macro would move itself."""
        return tuple(f"{row.source} does not move {row.word}: {why}" for row, why in self._resting.items())

    def sources(self) -> tuple[str, ...]:
        """Return the names of sources to choose from: knobs and sound, then waves."""
        return self._sources.names()

    def add_sources(self, sources: Mapping[str, Modulator]) -> None:
        """Add sources, or replace those of the same names."""
        self._sources.add(sources)

    def remove_sources(self, sources: Mapping[str, Modulator]) -> None:
        """Remove sources, unless others have their names now; rows that name them move nothing."""
        self._sources.remove(sources)

    def check_source(self, name: str) -> None:
        """Raise InputError if there is no source of a name now."""
        self._sources.check(name)

    def add(self, row: ModulationRow) -> None:
        """Add a row, in place of the one of its source, word and side. Raises InputError."""
        check_row(row)
        self.check_source(row.source)
        with self._lock:
            self._check_beside(row)
            self._add(row)
            self._stand()

    def remove(self, row: ModulationRow) -> None:
        """Remove a row; the setting goes back to what it is without it. Raises KeyError if there is none."""
        with self._lock:
            self._remove(row)
            self._stand()

    def change(self, before: ModulationRow, after: ModulationRow) -> None:
        """Put one row in the place of another. Raises InputError, or KeyError if there is none."""
        check_row(after)
        self.check_source(after.source)
        with self._lock:
            self._check_beside(after, before.key)
            if before.key != after.key:
                self._remove(before)
            self._add(after)
            self._stand()

    def use_preset(self, rows: Iterable[ModulationRow]) -> None:
        """Take a preset's rows in place of those of the one before; those of the hand stay."""
        self._use("preset", rows)

    def reset(self) -> None:
        """Undo all that the hand has done to the rows."""
        with self._lock:
            self._made["hand"].clear()
            self._removed.clear()
            self._stand()

    def by_hand(self) -> tuple[tuple[ModulationRow, ...], tuple[Key, ...]]:
        """Return the rows that the hand has made, and the keys of those that it has taken away."""
        with self._lock:
            return tuple(self._made["hand"].values()), tuple(sorted(self._removed))

    def put_by_hand(self, rows: Iterable[ModulationRow], removed: Iterable[Key]) -> None:
        """Add what `by_hand` has returned below what the hand has done since; sources may be missing now."""
        made = {row.key: row for row in rows}
        for row in made.values():
            check_row(row)
        with self._lock:
            self._made["hand"] = {**made, **self._made["hand"]}
            self._removed |= set(removed) - self._made["hand"].keys()
            self._stand()

    def step(self, now_s: float) -> None:
        """Ask for the values of a time: one for each setting, of all of its rows together."""
        self.movement = self._follower.step(self._rows, now_s)
        values = moved_values(self.movement.rows, self._coalescer.base)
        for word in self._moved - values.keys():
            self._coalescer.let_go(word, "modulation")
        for word, value in values.items():
            self._coalescer.want(word, value, "modulation")
        self._moved = set(values)

    def _check_beside(self, row: ModulationRow, *replaced: Key) -> None:
        """Raise InputError for a row with which a macro would move itself. replaced: keys of rows that go."""
        check_circle([*(one for one in self._rows if one.key not in (row.key, *replaced)), row])

    def _add(self, row: ModulationRow) -> None:
        self._made["hand"][row.key] = row
        self._removed.discard(row.key)

    def _remove(self, row: ModulationRow) -> None:
        if row not in self._rows:
            raise KeyError(row)
        self._made["hand"].pop(row.key, None)
        self._removed.add(row.key)

    def _use(self, owner: Owner, rows: Iterable[ModulationRow]) -> None:
        taken = {row.key: row for row in rows}
        for row in taken.values():
            check_row(row)
        with self._lock:
            self._removed -= self._made[owner].keys() - self._made["default"].keys()
            self._made[owner] = taken
            self._stand()

    def _stand(self) -> None:
        made = standing(self._made[owner].values() for owner in OWNERS)
        latest_first = [row for owner in reversed(OWNERS) for row in reversed(self._made[owner].values())]
        stand, rest = set[ModulationRow](), dict[ModulationRow, str]()
        for row in latest_first:
            if made[row.key] is row and row.key not in self._removed:
                try:
                    check_circle((*stand, row))
                except InputError as fault:
                    rest[row] = str(fault)
                else:
                    stand.add(row)
        self._rows = tuple(row for row in made.values() if row in stand and row.key not in self._removed)
        self._resting = rest
