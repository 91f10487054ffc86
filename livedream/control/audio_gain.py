"""AutoGain: quiet and loud sources both use 0 to 1; silence and steady noise stay low."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SILENCE_DB = -90.0
"""Below this there is nothing: converters hum louder than that, music does not play so softly."""

FALL_DB_S = 90.0
"""How fast what is shown falls after a sound."""

HOLD_S, CEILING_FALL_DB_S = 3.0, 6.0
"""For so long the loudest is remembered; then the gain is turned up, so fast."""

FLOOR_RISE_DB_S = 2.0
"""How fast what never stops is taken for noise."""

LEAST_DB, MOST_DB = 18.0, 30.0
"""How far above the floor 1 lies at least, and how far below 1 lies 0 at most."""

MARGIN_DB = 4.0
"""Noise wavers by so much above its floor."""


class AutoGain:
    """Follows the levels of several bands, each with a gain of its own.

    step_s: time between two measurements.
    """

    def __init__(self, bands: int, step_s: float) -> None:
        self._step_s = step_s
        self._power = np.zeros(bands)
        self._level = np.full(bands, SILENCE_DB)
        self._floor: NDArray[np.float64] | None = None
        self._ceiling = np.full(bands, SILENCE_DB + LEAST_DB)
        self._held_s = np.zeros(bands)

    def feed(self, power: NDArray[np.float32]) -> NDArray[np.float64]:
        """Take the power of each band (1: a sine at full scale); return where each stands, 0 to 1."""
        self._power += 0.5 * (power - self._power)
        measured = np.maximum(10 * np.log10(self._power + 1e-20), SILENCE_DB)
        self._level = np.maximum(measured, self._level - FALL_DB_S * self._step_s)
        if self._floor is None:
            self._floor = measured.copy()
        self._floor = np.minimum(self._level, self._floor + FLOOR_RISE_DB_S * self._step_s)
        self._raise_ceiling(self._floor)
        low = np.maximum(self._floor + MARGIN_DB, self._ceiling - MOST_DB)
        return np.asarray(np.clip((self._level - low) / (self._ceiling - low), 0.0, 1.0))

    def _raise_ceiling(self, floor: NDArray[np.float64]) -> None:
        louder = self._level >= self._ceiling
        self._held_s = np.where(louder, 0.0, self._held_s + self._step_s)
        fall = np.where(self._held_s > HOLD_S, CEILING_FALL_DB_S * self._step_s, 0.0)
        self._ceiling = np.maximum(np.maximum(self._level, self._ceiling - fall), floor + LEAST_DB)
