"""Waves by their names, such as "sine 4 beats" or "saw 0.25 hz": what a row of the matrix may name."""

from __future__ import annotations

import math
import re

from livedream.control.modulators import PACE, SHAPES, BeatLfo, Lfo, Modulator
from livedream.control.tempo import Tempo

OFFERED = tuple(
    f"{shape} {pace}" for shape in SHAPES for pace in ("1 beat", "4 beats", "16 beats", "0.1 hz", "0.5 hz")
)
"""Waves that are offered to choose from; any other pace can be written."""

HOW = (
    f"a wave is written as SHAPE N beats or SHAPE N hz, such as sine 4 beats; the shapes: {', '.join(SHAPES)}"
)

NAME = re.compile(r"(\w+) (\d{1,6}(?:\.\d{1,6})?) (beats?|hz)(?: \+(\d?\.\d{1,6}))?")


def wave(name: str, tempo: Tempo) -> Modulator | None:
    """Return the wave of a name; None if it is none.

    "+0.25" at its end lets it begin a quarter of a turn later in its way.
    """
    read = NAME.fullmatch(name)
    if read is None or read[1] not in SHAPES:
        return None
    shape, pace, phase = read[1], float(read[2]), float(read[4] or 0.0)
    if not PACE[0] <= pace <= PACE[1] or not math.isfinite(phase):
        return None
    found = next(one for one in SHAPES if one == shape)
    if read[3] == "hz":
        return Lfo(found, pace, phase)
    return BeatLfo(tempo, found, pace, phase)
