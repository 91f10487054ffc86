"""Gamma: brighten or darken a picture, black and white as they were."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb


def brightened(rgb: Rgb, gamma: float) -> Rgb:
    """Raise a picture's levels, as shares of white, to the power of 1 / gamma.

    rgb: uint8 HxWx3. gamma: > 0; above 1 brightens, at 1 the same array is given.
    """
    return rgb if gamma == 1 else np.asarray(cv2.LUT(rgb, _levels(gamma)), np.uint8)


@lru_cache(maxsize=4)
def _levels(gamma: float) -> NDArray[np.uint8]:
    """Build the lookup table of the 256 levels; read-only."""
    shares = np.linspace(0.0, 1.0, 256) ** (1 / gamma)
    return np.rint(255 * shares).astype(np.uint8)
