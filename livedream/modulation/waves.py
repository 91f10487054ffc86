"""Waves by their names, such as "sine 4 beats" or "saw 0.25 hz": what a row of the matrix may name."""

from __future__ import annotations

import re
from typing import NamedTuple

from livedream.modulation.modulators import PACE, SHAPES, BeatLfo, Lfo, Modulator, Shape
from livedream.modulation.tempo import Beats

OFFERED = tuple(
    f"{shape} {pace}" for shape in SHAPES for pace in ("1 beat", "4 beats", "16 beats", "0.1 hz", "0.5 hz")
)
"""Waves that are offered to choose from; any other pace can be written."""

HOW = (
    f"a wave is written as SHAPE N beats or SHAPE N hz, such as sine 4 beats; the shapes: {', '.join(SHAPES)}"
)

NAME = re.compile(r"(\w+) (\d{1,6}(?:\.\d{1,6})?) (beats?|hz)(?: \+(\d?\.\d{1,6}))?")


class WaveName(NamedTuple):
    """Holds what a wave's name says.

    pace: beats in a turn, or turns in a second. phase: of a turn, where it begins.
    """

    shape: Shape
    pace: float
    in_beats: bool
    phase: float = 0.0

    def __str__(self) -> str:
        unit = "hz" if not self.in_beats else "beat" if self.pace == 1 else "beats"
        later = f" +{_digits(self.phase) if self.phase % 1 else f'{self.phase:.1f}'}" if self.phase else ""
        return f"{self.shape} {_digits(self.pace)} {unit}{later}"


def read_wave(name: str) -> WaveName | None:
    """Read the name of a wave; None if it is none."""
    read = NAME.fullmatch(name)
    if read is None or read[1] not in SHAPES:
        return None
    pace, phase = float(read[2]), float(read[4] or 0.0)
    if not PACE[0] <= pace <= PACE[1]:
        return None
    found = next(one for one in SHAPES if one == read[1])
    return WaveName(found, pace, read[3] != "hz", phase)


def wave(name: str, tempo: Beats) -> Modulator | None:
    """Return the wave of a name; None if it is none.

    "+0.25" at its end lets it begin a quarter of a turn later in its way.
    """
    read = read_wave(name)
    if read is None:
        return None
    if read.in_beats:
        return BeatLfo(tempo, read.shape, read.pace, read.phase)
    return Lfo(read.shape, read.pace, read.phase)


def _digits(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
