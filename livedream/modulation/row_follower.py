"""RowFollower: how far the rows of the modulation matrix move their settings, step by step."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from livedream.modulation.source_values import SourceValues
from livedream.settings import movable
from livedream.settings.modulation_row import ModulationRow

STILL = 1e-9
"""A setting that is moved by less is not moved."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Movement:
    """What the rows did in the last step.

    sources: the value of each source that a row names, -1 to 1. rows: how far each row moves its setting, as
    a share of its scale, -1 to 1.
    """

    sources: Mapping[str, float] = field(default_factory=dict)
    rows: Mapping[ModulationRow, float] = field(default_factory=dict)


class RowFollower:
    """Follows the sources of rows, bent and smoothed; a row that is new begins where its source is."""

    def __init__(self, sources: SourceValues) -> None:
        self._sources = sources
        self._followed: dict[ModulationRow, tuple[float, float]] = {}

    def step(self, rows: Collection[ModulationRow], now_s: float) -> Movement:
        """Return what rows do at a time, which is not before that of the last step."""
        values = {name: self._sources.at(name, now_s) for name in {row.source for row in rows}}
        self._followed = {row: (self._follow(row, values[row.source], now_s), now_s) for row in rows}
        return Movement(values, {row: row.depth * value for row, (value, _) in self._followed.items()})

    def _follow(self, row: ModulationRow, value: float, now_s: float) -> float:
        shaped, before = row.shaped(value), self._followed.get(row)
        if before is None or row.smoothing_s == 0:
            return shaped
        followed, at_s = before
        share = -math.expm1(-max(0.0, now_s - at_s) / row.smoothing_s)
        return followed + share * (shaped - followed)


def standing(owners: Iterable[Iterable[ModulationRow]]) -> dict[Key, ModulationRow]:
    """Return the rows that stand, by key: a later owner's takes the place of an earlier one's.

    owners: the rows of each, such as the defaults, a preset, the hand.
    """
    return {row.key: row for rows in owners for row in rows}


def moved_values(moves: Mapping[ModulationRow, float], base: Callable[[str], Any]) -> dict[str, Any]:
    """Return what settings become, by word: around their base, by all of their rows together.

    base: returns what a setting is without them.
    """
    by_setting: dict[str, float] = {}
    for row, move in moves.items():
        by_setting[row.word] = by_setting.get(row.word, 0.0) + move
    values = {}
    for word, move in by_setting.items():
        if abs(move) > STILL:
            info = movable()[word]
            values[word] = info.at(info.position(base(word)) + move)
    return values
