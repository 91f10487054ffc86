"""What sound gives to the modulation matrix: the level of each band, and onsets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from livedream.audio.audio_analysis import LEVELS, Heard
from livedream.modulation.modulators import Modulator

ONSET, ONSET_FALL_S = "onset", 0.12
"""The source that leaps up with each onset, and in what time it falls by two thirds."""

SOURCES = (*LEVELS, ONSET)
"""The names of all sources of sound."""

LOST_S = 0.3
"""What was heard longer ago moves nothing any more."""

HeardAt = Callable[[float], Heard]
"""Returns what has been heard up to a time: of a show that is now, of a film any time."""


@dataclass(frozen=True, slots=True)
class Level:
    """The level of a band, 0 to 1; 0 when nothing is heard."""

    name: str
    heard: HeardAt

    def at(self, now_s: float) -> float:
        """Return the level at a time."""
        heard = self.heard(now_s)
        return heard.levels.get(self.name, 0.0) if now_s - heard.at_s < LOST_S else 0.0


@dataclass(frozen=True, slots=True)
class Onset:
    """Leaps up with each onset, to 1 with the strongest, and falls."""

    heard: HeardAt

    def at(self, now_s: float) -> float:
        """Return the value at a time, 0 to 1."""
        heard = self.heard(now_s)
        return heard.onset * math.exp(-max(0.0, now_s - heard.onset_s) / ONSET_FALL_S)


def audio_sources(heard: HeardAt) -> Mapping[str, Modulator]:
    """Return all sources of sound, by name."""
    return {**{name: Level(name, heard) for name in LEVELS}, ONSET: Onset(heard)}
