"""MovingSettings: the settings of each frame of a film, moved as a show's are, by the film's time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from livedream.fade import Blend, blend
from livedream.modulation.macros import MACRO_ROWS, MACROS, macro_sources
from livedream.modulation.modulators import Modulator
from livedream.modulation.row_follower import RowFollower, moved_values, standing
from livedream.modulation.source_values import SourceValues
from livedream.modulation.tempo import Beats, Tempo
from livedream.offline.settings_timeline import Segment, SettingsTimeline
from livedream.settings import Settings, by_word, change
from livedream.settings.macro import REST, SECTION
from livedream.settings.modulation_row import ModulationRow

FORGOTTEN, LEAST_S = 40.0, 1.0
"""After so many times its smoothing nothing is left of where a row began: e^-40 is less than a number with 16
digits can hold. And for so long rows are followed at least, for those that move macros, which move others."""

MOVED = "modulation"
"""Names in messages where a value came from."""


class MovingSettings:
    """Moves the settings of a timeline by its rows and the macros, frame by frame.

    A frame's settings are the same wherever a film is begun, resumed or cut into chunks: rows are followed
    from one of a few places of the film on, which lie long enough before the frame.
    rate: frames a second. sources: of the matrix, besides macros and waves. tempo: of waves that go by beats.
    """

    def __init__(
        self,
        timeline: SettingsTimeline,
        rate: Fraction,
        sources: Mapping[str, Modulator] | None = None,
        tempo: Beats | None = None,
    ) -> None:
        self._timeline, self._rate = timeline, rate
        self._rows = {one.at_s: _rows(one) for one in timeline.segments}
        smoothings_s = (row.smoothing_s for rows in self._rows.values() for row in rows)
        slowest_s = max(smoothings_s, default=0.0)
        self._stretch = math.ceil(max(LEAST_S, FORGOTTEN * slowest_s) * rate)
        self._stands, self._around = timeline.segments[0].settings, timeline.around(0.0)
        macros = macro_sources(lambda: self._stands)
        self._sources = SourceValues({**macros, **(sources or {})}, tempo or Tempo())
        self._begin_at(0)

    def at(self, index: int) -> Blend:
        """Return what frame `index` is dreamed with; the first frame of the film is 0."""
        begin = max(0, (index // self._stretch - 1) * self._stretch)
        if begin != self._begun or index < self._next - 1:
            self._begin_at(begin)
        while self._next <= index:
            self._step()
        leaving, holds, share = self._around
        settings = self._moved(holds)
        return Blend(settings) if leaving is None else blend(self._moved(leaving), settings, share)

    def _begin_at(self, frame: int) -> None:
        self._begun = self._next = frame
        self._follower = RowFollower(self._sources)
        self._moves: Mapping[ModulationRow, float] = {}
        self._macros: Mapping[str, Any] = {}

    def _step(self) -> None:
        """Follow the rows for one frame; macros are where the frame before has moved them, as in a show."""
        time_s = float(self._next / self._rate)
        self._around = leaving, holds, _ = self._timeline.around(time_s)
        base = self._timeline.at(time_s).settings
        self._stands = change(base, self._macros, MOVED) if self._macros else base
        rows = self._rows[holds.at_s] + (() if leaving is None else self._rows[leaving.at_s])
        self._moves = self._follower.step(tuple(dict.fromkeys(rows)), time_s).rows
        values = self._values(holds, base)
        self._macros = {word: values[word] for word in MACROS if word in values}
        self._next += 1

    def _moved(self, segment: Segment) -> Settings:
        values = self._values(segment, segment.settings)
        return change(segment.settings, values, MOVED) if values else segment.settings

    def _values(self, segment: Segment, base: Settings) -> dict[str, Any]:
        moves = {row: self._moves[row] for row in self._rows[segment.at_s]}
        return moved_values(moves, lambda word: by_word()[word].value_of(base))


def moving_look(settings: Settings, rows: tuple[ModulationRow, ...], rate: Fraction) -> MovingSettings:
    """Return one look that its rows move, from a first frame on. rate: frames a second."""
    return MovingSettings(SettingsTimeline([Segment(0.0, settings, rows=rows)]), rate)


def highest(segment: Segment, word: str) -> float:
    """Return the largest number that a setting may become in a segment, however its rows move it."""
    info, settings = by_word()[word], segment.settings
    base: float = info.value_of(settings)
    up = sum(_up(row) for row in _rows(segment) if row.word == word)
    return max(base, info.at(info.position(base) + up))


def _rows(segment: Segment) -> tuple[ModulationRow, ...]:
    """Return the rows of a segment that may move anything: not those of macros that rest."""
    rows = standing((MACRO_ROWS, segment.rows)).values()
    return tuple(row for row in rows if _may_move(row, segment))


def _up(row: ModulationRow) -> float:
    return abs(row.depth) if row.side == "both" else max(0.0, row.depth)


def _may_move(row: ModulationRow, segment: Segment) -> bool:
    """Return whether a row may do anything: the fader of a show, or a macro at rest, does not."""
    if row.word not in by_word():
        return False
    macro = f"{SECTION}.{row.source}"
    if macro not in MACROS:
        return True
    turned = by_word()[macro].value_of(segment.settings) != REST
    return turned or any(other.word == macro for other in segment.rows)
