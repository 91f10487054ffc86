"""How deep a dream is, and what keeps it as deep as is wanted: gradient ascent within a bound.

Two loops hold the depth. The fast one has no memory of its own: where little is shown a step goes further, so
that what is young catches up, and where more is shown than the bound, the past is let go of, so that flat and
busy places end alike, and a dream that stands goes on becoming another instead of a deeper one. The slow one
is a single number, the gain of the bound, which takes away what error the fast one leaves.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.settings import LookSettings

DEEPEST = 0.2
"""Mean difference between what is shown and the camera's picture at a depth of 1, as a share of the range."""

HASTE = 3.0
"""Where there is no dream yet, a step goes so many times further again than where it is deep enough."""

LEAST_HELD = 0.8
"""At least so much of the past is kept from one frame to the next, however deep it is: nothing blinks."""

LEAST_GAIN, MOST_GAIN = 0.5, 4.0

PER_SECOND = 0.5
"""How fast the gain follows: share of its error, as a logarithm, in a second."""

FARTHEST = 0.3
"""The largest error that counts, as a logarithm: while a dream is young the gain hardly moves."""

CELL_PX = 8
"""Side of a cell of the depth map, in pixels of the working size."""

SPARSE = 4

WINDOW = 0.04
"""Sigma of the window that depth is measured in, as a share of the picture's width."""

LEAST_DEPTH = 1e-4
"""A depth below it is none; its logarithm would have no end."""

Depths = NDArray[np.float32]
"""Mean |shown - camera| around each cell, hxwx1, 0..1 of the range."""


def target(look: LookSettings) -> float:
    """Return the mean difference that is wanted, as a share of the range."""
    return look.depth * DEEPEST


def cells_hw(size_hw: tuple[int, int]) -> tuple[int, int]:
    """Return the size of a depth map, at least 1x1."""
    return max(1, size_hw[0] // CELL_PX), max(1, size_hw[1] // CELL_PX)


def depth_map(image: NDArray[np.float32], shown: NDArray[np.float32], strength: float) -> Depths:
    """Measure how much of a dream is seen: mean |clamp(image + strength * shown) - image| around each cell.

    image, shown: HxWx3, 1 is the whole range. Every fourth pixel of every fourth row is plenty.
    """
    few, added = (np.ascontiguousarray(field[::SPARSE, ::SPARSE]) for field in (image, shown))
    seen = np.clip(cv2.scaleAdd(added, strength, few), np.float32(0), np.float32(1))
    height, width = cells_hw((image.shape[0], image.shape[1]))
    cells = cv2.resize(cv2.absdiff(seen, few), (width, height), interpolation=cv2.INTER_AREA)
    mean = cv2.transform(cells, np.full((1, 3), 1 / 3))
    soft = cv2.GaussianBlur(mean, (0, 0), max(WINDOW * width, 0.3), borderType=cv2.BORDER_REFLECT)
    return np.asarray(soft, np.float32).reshape(height, width, 1)


def bound(look: LookSettings, gain: float) -> float:
    """Return the depth that no place may exceed for long: gain * the wanted one; infinite if not steered."""
    return gain * target(look) if look.steer else math.inf


def held(depths: Depths, look: LookSettings, gain: float) -> Depths:
    """Return what share of the past stays where it is as deep as `depths`: 1 up to the bound, less beyond."""
    deep = np.maximum(depths, np.float32(LEAST_DEPTH))
    return np.asarray(np.clip(np.float32(bound(look, gain)) / deep, LEAST_HELD, 1.0), np.float32)


def reach(depths: Depths, look: LookSettings, gain: float) -> Depths:
    """Return by how much steps are multiplied: 1 + HASTE * the share of the bound that is missing.

    depths: as `depth_map` gives them. It is never below 1 but where no dream is wanted: there it is 0.
    """
    most = bound(look, gain)
    if most == 0:
        return np.zeros_like(depths)
    missing = 1 - depths / np.float32(most)
    return np.asarray(np.clip(1 + HASTE * missing, 1.0, 1 + HASTE), np.float32)


def next_gain(gain: float, depth: float, look: LookSettings, elapsed_s: float) -> float:
    """Return the gain after `elapsed_s` seconds with a mean depth of `depth`; LEAST_GAIN..MOST_GAIN."""
    error = float(
        np.clip(np.log(max(target(look), LEAST_DEPTH) / max(depth, LEAST_DEPTH)), -FARTHEST, FARTHEST)
    )
    return float(np.clip(gain * np.exp(error * PER_SECOND * elapsed_s), LEAST_GAIN, MOST_GAIN))
