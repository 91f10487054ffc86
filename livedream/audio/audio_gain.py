"""AutoGain: quiet and loud sources both use 0 to 1; silence and steady noise stay low."""

from __future__ import annotations

import math

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
    """Follows the level of a band. step_s: time between two measurements."""

    def __init__(self, step_s: float) -> None:
        self._fall, self._rise = FALL_DB_S * step_s, FLOOR_RISE_DB_S * step_s
        self._sink, self._hold = CEILING_FALL_DB_S * step_s, round(HOLD_S / step_s)
        self._power, self._level = 0.0, SILENCE_DB
        self._floor: float | None = None
        self._ceiling, self._held = SILENCE_DB + LEAST_DB, 0

    def feed(self, power: float) -> float:
        """Take the power of the band (1: a sine at full scale); return where it stands, 0 to 1."""
        self._power += 0.5 * (power - self._power)
        measured = max(10 * math.log10(self._power + 1e-20), SILENCE_DB)
        self._level = max(measured, self._level - self._fall)
        floor = measured if self._floor is None else self._floor
        self._floor = min(self._level, floor + self._rise)
        self._follow_ceiling(self._floor)
        low = max(self._floor + MARGIN_DB, self._ceiling - MOST_DB)
        return min(1.0, max(0.0, (self._level - low) / (self._ceiling - low)))

    def _follow_ceiling(self, floor: float) -> None:
        self._held = 0 if self._level >= self._ceiling else self._held + 1
        fall = self._sink if self._held > self._hold else 0.0
        self._ceiling = max(self._level, self._ceiling - fall, floor + LEAST_DB)
