"""HeardTrack: what a listener would have heard of a whole sound, at each frame of a film."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from livedream.audio.audio_analysis import LEVELS, AudioAnalysis, Heard
from livedream.audio.audio_spectrum import Samples
from livedream.audio.tempo_follower import TempoFollower
from livedream.modulation.tempo import Beat, Tempo

Track = NDArray[np.float64]

COLUMNS = 3 + len(LEVELS)
"""Of each frame: when the last block ended, the last onset's strength and time, the levels."""

BEAT_COLUMNS = 4
"""Of each beat: when it was heard, its tempo, time and number."""

NOTHING = (-math.inf, 0.0, 0.0, *(0.0 for _ in LEVELS))
"""What has been heard before the first block."""


@dataclass(frozen=True, slots=True, eq=False)
class HeardTrack:
    """Sound as it was heard, block by block, by the analysis that listens in a show.

    rate: frames a second. begin_s: when the sound begins, on the film's clock. frames: NxCOLUMNS, times
    counted from `begin_s`. beats: Mx4, when each was heard, and the beat: its tempo, time and number.
    """

    rate: Fraction
    begin_s: float
    frames: Track
    beats: Track

    def heard_at(self, now_s: float) -> Heard:
        """Return what has been heard up to a time that is a frame's; after the end what was heard last."""
        number = round((now_s - self.begin_s) * float(self.rate))
        if number < 0 or not len(self.frames):
            return Heard(-math.inf)
        at_s, onset, onset_s, *levels = self.frames[min(number, len(self.frames) - 1)].tolist()
        named = dict(zip(LEVELS, levels, strict=True)) if at_s > -math.inf else {}
        return Heard(self.begin_s + at_s, named, onset, self.begin_s + onset_s)


class HeardBeats:
    """Counts the beats that were heard; before the first was found, at its tempo: the film begins with it."""

    def __init__(self, track: HeardTrack) -> None:
        """Begin. Raises ValueError for a track without a beat."""
        if not len(track.beats):
            raise ValueError("no beat was heard")
        self._begin_s = track.begin_s
        self._found_s: list[float] = track.beats[:, 0].tolist()
        self._beats = [Beat(*beat) for beat in track.beats[:, 1:].tolist()]

    @property
    def bpm(self) -> float:
        """Return the tempo in the middle of the sound, in beats a minute."""
        return self._beats[len(self._beats) // 2].bpm

    def beats_ahead(self, now_s: float) -> float:
        """Return how many beats have passed at a time, with a fraction: a film is seen when it is shown."""
        since_s = now_s - self._begin_s
        place = max(0, bisect_right(self._found_s, since_s) - 1)
        return self._beats[place].beats(since_s)


def heard_track(
    blocks: Iterable[Samples], rate_hz: int, rate: Fraction, begin_s: float, frames: int | None, *, beat: bool
) -> HeardTrack:
    """Listen to a sound from its beginning, as far as it is needed.

    blocks: as long as a hop each. rate_hz: samples a second. frames: how many are needed, None for all. beat:
    listen on until a beat is found.
    """
    listener = _Listener(rate_hz, rate)
    for block in blocks:
        if frames is not None and listener.count >= frames and (listener.beats or not beat):
            break
        listener.feed(block)
    listener.note()
    kept = np.array(listener.frames).reshape(-1, COLUMNS), np.array(listener.beats).reshape(-1, BEAT_COLUMNS)
    return HeardTrack(rate, begin_s, *kept)


class _Listener:
    """Feeds an analysis, and notes for each frame that falls before the end of a block what it had heard."""

    def __init__(self, rate_hz: int, rate: Fraction) -> None:
        self._rate_hz, self._rate = rate_hz, rate
        self._analysis = AudioAnalysis(rate_hz)
        self._tempo = Tempo()
        self._follower = TempoFollower(self._tempo)
        self._samples, self._last = 0, NOTHING
        self.count, self.frames, self.beats = 0, array("d"), array("d")

    def feed(self, block: Samples) -> None:
        """Take the next block; as in a show, it is heard when it has ended."""
        self._samples += len(block)
        while self.count * self._rate_hz < self._samples * self._rate:  # exact: no rounding moves a frame
            self.note()
        end_s = self._samples / self._rate_hz
        pulse = self._analysis.feed(block, end_s)
        heard = self._analysis.heard
        levels = (heard.levels.get(name, 0.0) for name in LEVELS)
        self._last = (end_s, heard.onset, heard.onset_s, *levels)
        if pulse is not None:
            self._follower.heard(pulse, end_s)
            self.beats.extend((end_s, *self._tempo.beat))

    def note(self) -> None:
        """Note for a frame what has been heard so far."""
        self.frames.extend(self._last)
        self.count += 1
