"""Feedback: the dream zooms, turns and drifts while it is carried along the flow, in one warp."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from livedream.motion.flow import Motion
from livedream.motion.sampling import Affine, Flow, Trust, grid_of
from livedream.settings import FeedbackSettings

FADE_PX = 0.5
"""How far outside the picture, in pixels of the grid that flow is measured on, nothing is left of the
edge that is repeated there: more would show as streaks, none as a jagged line."""


def fed_back(
    motion: Motion, settings: FeedbackSettings, elapsed_s: float, size_wh: tuple[int, int], fill: float = 0.0
) -> Motion:
    """Return the motion with the dream's own flight since the previous frame; the same if it does not fly.

    The dream flies in the previous picture and is then carried along, so that
    carried(p) = previous(origin(p + flow(p))), with the flight undone by `origin`. Trust ends where that
    is outside the previous picture, and a share of `fill` is kept there.
    elapsed_s: >= 0. size_wh: of the full picture, in which the flight is a rotation and not a shear.
    """
    if elapsed_s == 0 or settings == FeedbackSettings():
        return motion
    height, width = motion.trust.shape
    where = np.asarray(cv2.add(grid_of(height, width), motion.flow), np.float32)
    source = np.asarray(
        cv2.transform(where, origin(settings, elapsed_s, (width, height), size_wh)), np.float32
    )
    flow = np.asarray(cv2.subtract(source, grid_of(height, width)), np.float32)
    inside = _inside(source)
    kept = motion.kept * (fill + (1 - fill) * inside)
    return replace(motion, flow=flow, trust=inside * motion.trust, kept=np.asarray(kept, np.float32))


def origin(
    settings: FeedbackSettings, elapsed_s: float, grid_wh: tuple[int, int], size_wh: tuple[int, int]
) -> Affine:
    """Return the map from where a part of the dream is after `elapsed_s` to where it was before.

    grid_wh: of the grid whose pixels it is in. size_wh: of the full picture, which tells the pixels' shape.
    """
    width, height = grid_wh
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    drift = elapsed_s * np.array([settings.pan_x * width, settings.pan_y * height])
    angle = math.radians(settings.rotate * elapsed_s)
    back = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    pixel = np.array([size_wh[0] / width, size_wh[1] / height])
    linear = back * pixel / pixel[:, None] / 2 ** (settings.zoom * elapsed_s)
    return np.column_stack([linear, centre - linear @ (centre + drift)])


def _inside(source: Flow) -> Trust:
    """Return 1 inside the picture, falling to 0 over `FADE_PX` outside it."""
    height, width = source.shape[:2]
    x, y = cv2.split(source)
    beside = np.abs(x - np.float32((width - 1) / 2)) - np.float32(width / 2)
    above = np.abs(y - np.float32((height - 1) / 2)) - np.float32(height / 2)
    share: Trust = np.clip(1 - np.maximum(beside, above) / np.float32(FADE_PX), 0.0, 1.0)
    return share
