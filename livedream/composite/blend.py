"""Lay a residual over the full-size frame."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb

CLEAR_EDGE = 1.5
"""Brightness gradient, in levels of 255 per pixel of the grey picture, at which half of `scene` applies."""

MIDDLE, REACH = 128, 100
"""The byte of a residual of nothing, and how far bytes go from there: sampling overshoots by a quarter."""


def scene_mask(grey: NDArray[np.uint8], size_wh: tuple[int, int], scene: float) -> NDArray[np.float32]:
    """Compute how much of the dream is shown where: less on the picture's own edges and textures.

    grey: HxW, 0..255, small. size_wh: of the result, HxW float32 in 1 - scene..1. scene: 0 (the dream
    covers all) to 1 (clear edges show through it wholly).
    """
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8)
    # Not cv2.magnitude: that rounds by where the arrays lie in memory, and a render is to be repeatable.
    length = cv2.sqrt(cv2.add(cv2.multiply(across, across), cv2.multiply(down, down)))
    edges = cv2.GaussianBlur(length, (0, 0), 1.5)
    shown = 1 - scene * edges / (edges + CLEAR_EDGE)
    return np.asarray(cv2.resize(shown, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def compose(rgb: Rgb, residual: NDArray[np.float32], strength: float = 1.0) -> Rgb:
    """Add the residual, enlarged, to a picture of any size; return a new array.

    rgb: uint8 HxWx3. residual: float32 hxwx3, where 1 is the whole range. strength: factor on it.
    The picture keeps its own sharpness: only what the dream adds is enlarged, as bytes around MIDDLE, since
    OpenCV enlarges and adds bytes faster than sixteen-bit numbers and many times faster than floats. A byte
    is a level; where the dream is stronger than bytes reach it is as many levels as are needed, up to 2.6.
    """
    levels = np.clip(residual * np.float32(255 * strength), np.float32(-255), np.float32(255))
    peak = max(float(levels.max()), -float(levels.min()))
    step = max(1.0, peak / REACH)
    small = cv2.convertScaleAbs(levels, alpha=1 / step, beta=MIDDLE)
    added = cv2.resize(small, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_CUBIC)
    # In place: fresh megabytes are what costs most here.
    return np.asarray(cv2.addWeighted(rgb, 1.0, added, step, -MIDDLE * step, dst=added), np.uint8)
