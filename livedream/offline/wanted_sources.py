"""What the rows of a film want to be moved by, and what is told of that which it does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from livedream.audio.audio_sources import SOURCES
from livedream.errors import InputError
from livedream.modulation.macros import MACRO_ROWS
from livedream.modulation.tempo import DEFAULT_BPM
from livedream.modulation.waves import HOW, read_wave
from livedream.settings.modulation_row import ModulationRow

USUAL = f"waves in beats go at {DEFAULT_BPM:g} beats a minute"

KNOWN = (*SOURCES, *dict.fromkeys(row.source for row in MACRO_ROWS))
"""The sources of a film, besides waves."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What rows want besides macros and waves in hertz.

    sound: sources of sound. beat: waves that go by beats. absent: sources that only a show has.
    """

    sound: tuple[str, ...] = ()
    beat: bool = False
    absent: tuple[str, ...] = ()

    def listens(self, bpm: float | None) -> bool:
        """Return whether a sound is wanted. bpm: the tempo that was given, None for that of the sound."""
        return bool(self.sound) or (self.beat and bpm is None)

    def notes(self) -> Iterator[str]:
        """Yield what is to be told of sources that no film has."""
        if self.absent:
            they = "they" if len(self.absent) > 1 else "it"
            yield f"only a show has {_listed(self.absent)}: what {they} would move rests"

    def without_sound(self, why: str, bpm: float | None) -> Iterator[str]:
        """Yield what is to be told without a sound. why: that, in words. bpm: as in `listens`."""
        if self.sound:
            yield f"{why}, so what {_listed(self.sound)} would move rests"
        if self.beat and bpm is None:
            yield f"{USUAL}; --bpm sets another tempo"


def wanted_of(rows: Iterable[ModulationRow]) -> Wanted:
    """Return what rows want."""
    names = list(dict.fromkeys(row.source for row in rows))
    waves = {name: wave for name in names if (wave := read_wave(name)) is not None}
    return Wanted(
        tuple(name for name in names if name in SOURCES),
        any(wave.in_beats for wave in waves.values()),
        tuple(name for name in names if name not in KNOWN and name not in waves),
    )


def notes_on_picture(rows: Iterable[ModulationRow]) -> Iterator[str]:
    """Yield a sentence on each thing that moves nothing in a single picture."""
    wanted = wanted_of(rows)
    yield from wanted.notes()
    yield from wanted.without_sound("a picture has no sound", DEFAULT_BPM)


def check_moves(rows: Iterable[ModulationRow]) -> None:
    """Raise InputError for a row of the command line whose source no film has."""
    for name in wanted_of(rows).absent:
        raise InputError(
            f"--move {name}=...: a film has no source {name!r}; there are: {', '.join(KNOWN)}; {HOW}"
        )


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
