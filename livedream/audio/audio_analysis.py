"""AudioAnalysis: from blocks of sound to the values that move settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from livedream.audio.audio_gain import AutoGain
from livedream.audio.audio_onset import OnsetFinder
from livedream.audio.audio_spectrum import EDGES_HZ, Samples, Spectrum
from livedream.audio.audio_tempo import BeatFinder, Pulse

LEVELS = (*EDGES_HZ, "loudness")
"""What has a level: the bands, and all of them together."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard up to a time.

    levels: 0 to 1 each, by name. onset: the strength of the last onset, 0 to 1, and onset_s: when it was
    noticed.
    """

    at_s: float
    levels: Mapping[str, float] = field(default_factory=dict)
    onset: float = 0.0
    onset_s: float = 0.0


class AudioAnalysis:
    """Listens to one source of sound; one thread feeds it, any may read `heard`.

    rate_hz: samples a second. Raises ValueError for less than 8000.
    """

    def __init__(self, rate_hz: float) -> None:
        self._spectrum = Spectrum(rate_hz)
        bands = [self._spectrum.members(low, high) for low, high in EDGES_HZ.values()]
        self._groups = np.stack([*bands, np.ones_like(bands[0])])
        step_s = self._spectrum.hop_s
        self._gains = {name: AutoGain(step_s) for name in LEVELS}
        self._onsets = OnsetFinder(len(bands[0]), step_s)
        self._beats = BeatFinder(step_s, bands[0], bands[-1])
        self.heard = Heard(0.0)

    def feed(self, block: Samples, now_s: float) -> Pulse | None:
        """Take a block that has arrived now; return the beat if it was looked for and found."""
        found, onset, onset_s = None, self.heard.onset, self.heard.onset_s
        levels = self.heard.levels
        for power in self._spectrum.feed(block):
            flux = self._onsets.feed(power)
            powers = (self._groups @ power).tolist()
            levels = {name: self._gains[name].feed(one) for name, one in zip(LEVELS, powers, strict=True)}
            if flux.strength > 0:
                onset, onset_s = flux.strength, now_s
            if self._beats.feed(flux.rise):
                found = self._beats.pulse
        self.heard = Heard(now_s, levels, onset, onset_s)
        return found
