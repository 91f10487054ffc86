"""OnsetFinder: when something new begins to sound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RANGE_DB = 50.0
"""What is so far below the loudest does not count as new."""

FORGET_S = 4.0
"""In so long the loudest is forgotten by two thirds."""

SEEN_S = 1.0
"""The threshold follows how much the spectrum has risen lately."""

ABOVE, LEAST_DB = 2.5, 3.0
"""An onset rises above the mean by so many deviations, and by so many decibels."""

PAUSE_S = 0.06
"""No two onsets are closer."""

SILENCE = 1e-8
"""Power below which nothing begins: -80 dB."""


class Flux(NamedTuple):
    """What a hop brought. rise: of each narrow band, in dB. strength: 0 to 1, of an onset; 0: none."""

    rise: NDArray[np.float32]
    strength: float


class OnsetFinder:
    """Finds onsets as rises of the spectrum (spectral flux) above a threshold that adapts.

    step_s: time between two measurements.
    """

    def __init__(self, bands: int, step_s: float) -> None:
        self._keep, self._share = float(np.exp(-step_s / FORGET_S)), step_s / SEEN_S
        self._pause = max(1, round(PAUSE_S / step_s))
        self._loudest = SILENCE
        quiet = np.full(bands, 10 * np.log10(SILENCE), np.float32)
        self._before, self._last = quiet, quiet
        self._mean_of = np.full(bands, 1 / bands, np.float32)
        self._mean = self._square = 0.0
        self._strongest, self._since = LEAST_DB, self._pause

    def feed(self, power: NDArray[np.float32]) -> Flux:
        """Take the power in each narrow band."""
        self._loudest = max(float(np.maximum.reduce(power)), self._keep * self._loudest, SILENCE)
        floor = self._loudest * 10 ** (-RANGE_DB / 10)
        level = np.log10(power + np.float32(max(floor, SILENCE / 100)))
        level *= 10
        rise = np.maximum(level - np.maximum(self._before, self._last), np.float32(0))
        self._before, self._last = self._last, level
        return Flux(rise, self._judge(float(rise @ self._mean_of)))

    def _judge(self, flux: float) -> float:
        deviation = max(self._square - self._mean**2, 0.0) ** 0.5
        threshold = self._mean + max(ABOVE * deviation, LEAST_DB)
        self._mean += self._share * (flux - self._mean)
        self._square += self._share * (flux**2 - self._square)
        self._since += 1
        if flux <= threshold or self._since < self._pause:
            return 0.0
        self._since = 0
        self._strongest = max(flux, LEAST_DB, 0.9 * self._strongest)
        return flux / self._strongest
