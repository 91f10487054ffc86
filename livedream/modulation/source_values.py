"""SourceValues: what sources of the modulation matrix give at a time, by their names."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping

from livedream.errors import InputError
from livedream.modulation.modulators import Modulator
from livedream.modulation.tempo import Beats
from livedream.modulation.waves import HOW, OFFERED, wave


class SourceValues:
    """Finds sources by name: those that it is given, and waves, which are named by what they are.

    sources: by name; any thread may add and remove some. tempo: counts the beats of waves that go by them.
    """

    def __init__(self, sources: Mapping[str, Modulator], tempo: Beats) -> None:
        self._sources, self._tempo = dict(sources), tempo
        self._waves: dict[str, Modulator | None] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Return the names of sources to choose from: knobs and sound, then waves."""
        return (*self._sources, *OFFERED)

    def add(self, sources: Mapping[str, Modulator]) -> None:
        """Add sources, or replace those of the same names."""
        with self._lock:
            self._sources = {**self._sources, **sources}

    def remove(self, sources: Mapping[str, Modulator]) -> None:
        """Remove sources, unless others have their names now; any thread."""
        with self._lock:
            self._sources = {name: one for name, one in self._sources.items() if sources.get(name) is not one}

    def check(self, name: str) -> None:
        """Raise InputError if there is no source of a name now."""
        if self._source(name) is None:
            raise InputError(f"there is no source {name!r}; there are: {', '.join(self._sources)}; {HOW}")

    def at(self, name: str, now_s: float) -> float:
        """Return the value of a source at a time, -1 to 1; 0 of one that is not there."""
        source = self._source(name)
        given = 0.0 if source is None else source.at(now_s)
        return min(1.0, max(-1.0, given)) if math.isfinite(given) else 0.0

    def _source(self, name: str) -> Modulator | None:
        sources = self._sources  # others may put another mapping there
        if name in sources:
            return sources[name]
        if name not in self._waves:
            self._waves[name] = wave(name, self._tempo)
        return self._waves[name]
