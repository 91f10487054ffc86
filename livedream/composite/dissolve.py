"""One picture becomes another place by place, as a dream changes, and not all at once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb

Order = NDArray[np.float32]
"""When each pixel has its turn, HxW in 0..1, every time for as many pixels."""

PATCH = 1 / 8
"""Sigma of the patches that turn together, as a part of the picture's shorter side: about an eye."""

TURN = 0.4
"""Share of the whole time that one pixel takes."""

_DRAWN_PX = 64
"""Shorter side that the patches are drawn at."""


def patches(size_wh: tuple[int, int], seed: int) -> Order:
    """Draw in which order patches of a picture have their turns."""
    shorter = min(size_wh)
    width, height = (max(1, round(side * _DRAWN_PX / shorter)) for side in size_wh)
    noise = np.random.default_rng(seed).standard_normal((height, width)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), PATCH * _DRAWN_PX, borderType=cv2.BORDER_REFLECT)
    ranks = np.argsort(np.argsort(soft, axis=None)).reshape(soft.shape).astype(np.float32)
    return np.asarray(cv2.resize(ranks / max(1, ranks.size - 1), size_wh), np.float32)


def dissolve(before: Rgb, after: Rgb, order: Order, share: float) -> Rgb:
    """Blend two pictures at a share of the fade; 0 is before, 1 is after."""
    begun = np.clip((np.float32(share * (1 + TURN)) - order) / np.float32(TURN), 0, 1)
    risen = begun * begun * (3 - 2 * begun)
    return np.asarray(cv2.blendLinear(before, after, 1 - risen, risen), np.uint8)
