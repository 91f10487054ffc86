"""The camera's light, the dream's forms: low frequencies of what is shown go back to the camera."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.settings import LookSettings

CELLS = 3.0
"""Least sigma of the blur in pixels of the small picture that it is worked out on."""


def relit(residual: NDArray[np.float32], look: LookSettings) -> NDArray[np.float32]:
    """Return a residual less `look.light` times its own blur; the same array if there is nothing to do.

    residual: HxWx3. The blur is a Gaussian of `look.light_radius` of the longer side, to within a few per
    cent.
    """
    if look.light == 0:
        return residual
    height, width = residual.shape[:2]
    size_wh = small_wh((width, height), look.light_radius)
    small = cv2.resize(residual, size_wh, interpolation=cv2.INTER_AREA)
    sigma = look.light_radius * max(size_wh)
    soft = cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    blurred = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.scaleAdd(blurred, -look.light, residual), np.float32)


def small_wh(size_wh: tuple[int, int], radius: float) -> tuple[int, int]:
    """Choose a size at which a blur of `radius` of the longer side has a sigma of `CELLS` to twice that.

    It is smaller by a power of two: sides that divide evenly take half of the time of others.
    """
    sigma_px = radius * max(size_wh)
    factor = 2 ** max(0, math.floor(math.log2(sigma_px / CELLS)))
    return max(2, size_wh[0] // factor), max(2, size_wh[1] // factor)
