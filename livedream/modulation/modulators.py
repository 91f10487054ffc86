"""Modulators: values that go up and down by themselves, as functions of time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from livedream.errors import InputError
from livedream.modulation.tempo import Beats

Shape = Literal["sine", "triangle", "saw", "square", "random", "decay"]
"""sine, triangle: begin in the middle and rise. saw: rises from -1 to 1, then jumps back. square: 1, then -1.
random: another value in each turn. decay: falls from 1 to 0, quickly at first."""

SHAPES: tuple[Shape, ...] = get_args(Shape)

PACE = (0.001, 1000.0)
"""The least and the most turns in a second, and beats in a turn."""

FALL = 5.0
"""How often a decay is divided by e within a turn."""


class Modulator(Protocol):
    """Gives a value for each time, -1 to 1 or 0 to 1."""

    def at(self, now_s: float) -> float:
        """Return the value at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Lfo:
    """A wave that repeats.

    hz: turns in a second. phase: of a turn, where it begins. seed: of what is random.
    """

    shape: Shape
    hz: float = 1.0
    phase: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise InputError for what is no wave."""
        check_shape(self.shape, "hz", self.hz)

    def at(self, now_s: float) -> float:
        """Return the value at a time: -1 to 1, of a decay 0 to 1."""
        return shaped(self.shape, now_s * self.hz + self.phase, self.seed)


@dataclass(frozen=True, slots=True)
class BeatLfo:
    """A wave in time with the beat. beats: in a turn. phase: of a turn, where it begins at the first beat."""

    tempo: Beats
    shape: Shape
    beats: float = 4.0
    phase: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise InputError for what is no wave."""
        check_shape(self.shape, "beats", self.beats)

    def at(self, now_s: float) -> float:
        """Return the value at a time: -1 to 1, of a decay 0 to 1."""
        return shaped(self.shape, self.tempo.beats_ahead(now_s) / self.beats + self.phase, self.seed)


def check_shape(shape: str, key: str, value: float) -> None:
    """Raise InputError for a shape that there is not, or a pace that is none."""
    if shape not in SHAPES:
        raise InputError(f"shape = {shape!r} is not possible; choose one of: {', '.join(SHAPES)}")
    low, high = PACE
    if not low <= value <= high:
        raise InputError(f"{key} = {value!r} is not possible: it must be from {low} to {high}")


def shaped(shape: Shape, turns: float, seed: int = 0) -> float:
    """Return the value of a wave after a number of turns, of any sign."""
    if shape == "random":
        return _drawn(math.floor(turns), seed)
    return _WAVES[shape](turns % 1.0)


def _triangle(phase: float) -> float:
    return 1 - abs(((phase + 0.25) % 1.0) * 4 - 2)


def _decay(phase: float) -> float:
    end = math.exp(-FALL)
    return (math.exp(-FALL * phase) - end) / (1 - end)


def _drawn(turn: int, seed: int) -> float:
    """Draw the value of a turn; the same seed and turn draw the same."""
    return random.Random(f"{seed} {turn}").uniform(-1.0, 1.0)


_WAVES: Mapping[str, Callable[[float], float]] = {
    "sine": lambda phase: math.sin(2 * math.pi * phase),
    "triangle": _triangle,
    "saw": lambda phase: 2 * phase - 1,
    "square": lambda phase: 1.0 if phase < 0.5 else -1.0,
    "decay": _decay,
}
