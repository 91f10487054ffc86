"""Changes on the beat: when one that was asked for is due, and when as many beats have passed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

Quantise = Literal["off", "beat", "bar"]
"""When a preset is shown that was asked for: at once, on the next beat, on the next bar."""

BAR = 4.0
"""Beats in a bar."""

QUANTA: dict[Quantise, float] = {"off": 0.0, "beat": 1.0, "bar": BAR}

NEAR = 1e-6
"""A beat this close has been reached: times are rounded."""

Beats = Callable[[float], float]
"""Counts the beats, with a fraction, at a time of the show's clock in seconds."""


class OnBeat:
    """Moves changes to the beat of a tempo. quantise: may be set at any time."""

    def __init__(self) -> None:
        self.quantise: Quantise = "off"
        self._beats: Beats | None = None

    def follow(self, beats: Beats) -> None:
        """Count with a tempo from now on."""
        self._beats = beats

    def beat(self, now_s: float) -> float | None:
        """Return how many beats have passed; None without a tempo."""
        return None if self._beats is None else self._beats(now_s)

    def due(self, now_s: float | None) -> float | None:
        """Return the beat on which a change is due that is asked for now; None: at once."""
        quantum, beat = QUANTA[self.quantise], None if now_s is None else self.beat(now_s)
        if not quantum or beat is None:
            return None
        return math.ceil(beat / quantum - NEAR) * quantum

    def is_reached(self, due: float, now_s: float) -> bool:
        """Return whether a beat has come, or is not waited for: the tempo counts anew, or is not heeded."""
        beat, quantum = self.beat(now_s), QUANTA[self.quantise]
        return beat is None or not quantum or not due - quantum - NEAR < beat < due - NEAR

    def seconds(self, beats: float, now_s: float | None) -> float | None:
        """Return how long so many beats take at the tempo of now; None without a tempo."""
        if self._beats is None or now_s is None:
            return None
        return beats / max(NEAR, self._beats(now_s + 1) - self._beats(now_s))

    @property
    def when(self) -> str:
        """Return when what is asked for comes, as words to be put after it; "" for at once."""
        return "" if self._beats is None or self.quantise == "off" else f", on the next {self.quantise}"


class BeatTurns:
    """Counts for how many beats something has been shown. every: beats after which its turn is over."""

    def __init__(self, every: float) -> None:
        self.every = every
        self._since: float | None = None
        self._beat = 0.0

    def begin(self) -> None:
        """Begin the turn of something else, on the beat at or before now."""
        self._since = None

    def advance(self, beat: float, *, waiting: bool = False) -> bool:
        """Take note of the beat; return whether the turn is over.

        waiting: beats since the last time do not count.
        """
        moved, self._beat = beat - self._beat, beat
        if self._since is None or beat < self._since:  # begun, or the tempo counts anew
            self._since = math.floor(beat + NEAR)
        elif waiting:
            self._since += max(0.0, moved)
        return not waiting and self.left() <= NEAR

    def left(self) -> float:
        """Return how many beats of the turn are left."""
        since = self._beat if self._since is None else self._since
        return max(0.0, math.ceil(since - NEAR) + self.every - self._beat)
