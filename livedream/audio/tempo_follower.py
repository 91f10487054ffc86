"""TempoFollower: keeps a tempo on a beat that is heard, without following each mistake."""

from __future__ import annotations

from livedream.audio.audio_tempo import Pulse
from livedream.modulation.tempo import Beat, Tempo

NEAR, NEAR_BEATS = 0.06, 0.2
"""What differs by more, as a share of the tempo or in beats, is a leap."""

LASTING = 6
"""So many times in a row a leap must be heard to be believed: that is three seconds."""


class TempoFollower:
    """Sets a tempo to the pulse that is heard; a leap, as to half the tempo, must last."""

    def __init__(self, tempo: Tempo) -> None:
        self._tempo = tempo
        self._leaps = 0
        self._follows = False

    def heard(self, pulse: Pulse, at_s: float) -> None:
        """Take a pulse that was found in sound that ends at a time."""
        beat_s = at_s - pulse.ago_s
        held = self._tempo.beat
        beats = held.beats(beat_s)
        if self._follows and _is_leap(pulse, held.bpm, beats):
            self._leaps += 1
            if self._leaps < LASTING:
                return
        self._leaps, self._follows = 0, True
        self._tempo.take(Beat(pulse.bpm, beat_s, round(beats)), "sound", instead_of=held)


def _is_leap(pulse: Pulse, bpm: float, beats: float) -> bool:
    return abs(pulse.bpm / bpm - 1) > NEAR or abs(beats - round(beats)) > NEAR_BEATS
