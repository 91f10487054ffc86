"""What stands and what moves: apart within a picture, and as a whole over time."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livedream.motion.flow import Motion
from livedream.motion.sampling import Flow, squared_length
from livedream.settings import MotionSettings

FASTEST_PX = 8.0
"""Motion beyond this counts as this: the flow of what has no counterpart can be anything."""


def weighted(motion: Motion, settings: MotionSettings) -> Motion:
    """Return the motion with what is kept times `settings.still` or `settings.moving`, softly divided.

    The edge is a smoothstep (3 e^2 - 2 e^3) from half of `threshold_px` to one and a half of it.
    """
    if settings.moving == settings.still == 1.0:
        return motion
    edge = np.clip(_speed_px(motion.flow) / np.float32(settings.threshold_px) - np.float32(0.5), 0.0, 1.0)
    share = settings.still + (settings.moving - settings.still) * (edge * edge * (3 - 2 * edge))
    return replace(motion, kept=np.asarray(motion.kept * share, np.float32))


def speed_px(motion: Motion) -> float:
    """Return the mean motion since the previous frame, in pixels of its grid; each pixel counts up to 8.

    What is not trusted counts too: it is often what moves most. A cut is as fast as can be.
    """
    if motion.cut:
        return FASTEST_PX
    return float(np.minimum(_speed_px(motion.flow), FASTEST_PX).mean())


def wakened(wake: float, speed_px: float, settings: MotionSettings, elapsed_s: float) -> float:
    """Return how awake a picture is, 0 (it stands) to 1, from how awake it was `elapsed_s` before.

    It nears where the speed would have it exponentially, over `attack_s` up and `release_s` down.
    """
    aim = min(1.0, max(0.0, (speed_px / settings.floor_px - 1) / 3))
    over_s = settings.attack_s if aim > wake else settings.release_s
    return aim + (wake - aim) * math.exp(-elapsed_s / over_s)


def _speed_px(flow: Flow) -> NDArray[np.float32]:
    return np.sqrt(squared_length(flow))
