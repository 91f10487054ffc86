"""Values that go up and down by themselves: pure functions of time, so that they can be repeated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from livedream.settings import Settings
from livedream.settings.motion import Course, MotionSettings

LOOP_STEPS = 5
"""From one end to the other, as DeepDreamVideo goes from 0.5 to 1.0 by 0.1."""

STEADY = 0.98
"""Persistence up to which a dream is taken to settle: over it the depth would be without end."""

_RANDOM = 0x70657273
"""Keeps the draws here apart from others with the same seed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides the settings of a frame besides the settings that stand.

    time_s: since the beginning, any sign. index: of the frame, >= 0. seed: of what is drawn; the same seed
    and index draw the same. wake: 0 (the picture stands) to 1 (it moves).
    """

    time_s: float = 0.0
    index: int = 0
    seed: int = 0
    wake: float = 0.0


def settings_at(settings: Settings, moment: Moment) -> Settings:
    """Return the settings of one moment: waves and stillness applied."""
    motion, dream = settings.motion, settings.dream
    if motion.persistence_mode == "constant" and motion.stillness == 0:
        return settings
    persistence = loosened(persistence_at(motion, moment), motion.stillness * moment.wake)
    deeper = 1 + motion.stillness * (1 - 2 * moment.wake)
    depth = min(1.0, settings.look.depth * deeper)
    return settings.model_copy(
        update={
            "motion": motion.model_copy(update={"persistence": persistence}),
            "dream": dream.model_copy(update={"step_size": dream.step_size * deeper}),
            "look": settings.look.model_copy(update={"depth": depth}),
        }
    )


def loosened(persistence: float, share: float) -> float:
    """Return the persistence that leaves 1 - `share` of the depth a dream settles at.

    That depth is step / (1 - persistence).

    p (1 - s) / (1 - s p) does. A share of 1 gives 0. A dream that never settles (above `STEADY`) is let go
    of as if it did.
    """
    return persistence * (1 - share) / (1 - share * min(persistence, STEADY))


def persistence_at(motion: MotionSettings, moment: Moment) -> float:
    """Return the persistence of a frame, between `motion.persistence_low` and `motion.persistence`."""
    if motion.persistence_mode == "constant":
        return motion.persistence
    if motion.persistence_mode == "random":
        share = float(np.random.default_rng((_RANDOM, moment.seed, moment.index)).random())
    else:
        share = wave(motion.persistence_mode, moment.time_s / motion.persistence_period_s)
    value = share * motion.persistence + (1 - share) * motion.persistence_low
    return min(1.0, max(0.0, value))


def wave(course: Course, turns: float) -> float:
    """Return 0..1 after a number of periods, of any sign; every wave begins at 1 and repeats with each turn.

    sine: a cosine. triangle: down and up. loop: the triangle in `LOOP_STEPS` equal steps each way.
    saw: falls to 0, then jumps back. square: 1 for the first half, 0 for the second. Raises ValueError
    for a course that is no wave.
    """
    phase = turns % 1.0
    match course:
        case "sine":
            return 0.5 + 0.5 * math.cos(2 * math.pi * phase)
        case "triangle":
            return abs(1 - 2 * phase)
        case "loop":
            return abs(LOOP_STEPS - math.floor(phase * 2 * LOOP_STEPS)) / LOOP_STEPS
        case "saw":
            return 1 - phase
        case "square":
            return 1.0 if phase < 0.5 else 0.0
        case _:
            raise ValueError(f"{course} is no wave")
