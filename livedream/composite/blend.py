"""Lay a residual over the full-size frame."""

from __future__ import annotations

from concurrent.futures import Executor

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb

CLEAR_EDGE = 1.5
"""Brightness gradient, in levels of 255 per pixel of the grey picture, at which half of `scene` applies."""


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


def compose(
    rgb: Rgb, residual: NDArray[np.float32], strength: float = 1.0, beside: Executor | None = None
) -> Rgb:
    """Add the residual, enlarged, to a picture of any size; return a new array.

    rgb: uint8 HxWx3. residual: float32 hxwx3, where 1 is the whole range. strength: factor on it.
    beside: does half of it at the same time; None: one thread does all.
    The picture keeps its own sharpness: only what the dream adds is enlarged. What brightens and
    what darkens go their ways apart, since OpenCV enlarges and adds bytes twice as fast as
    sixteen-bit numbers and many times faster than floats; both are right to half a level.
    """
    size_wh = (rgb.shape[1], rgb.shape[0])
    alpha = 255 * strength
    if beside is None:
        lighter = _enlarged(residual, cv2.THRESH_TOZERO, alpha, size_wh)
        darker = _enlarged(residual, cv2.THRESH_TOZERO_INV, alpha, size_wh)
    else:
        waited_for = beside.submit(_enlarged, residual, cv2.THRESH_TOZERO, alpha, size_wh)
        darker = _enlarged(residual, cv2.THRESH_TOZERO_INV, alpha, size_wh)
        lighter = waited_for.result()
    # In place: fresh megabytes are what costs most here.
    return np.asarray(cv2.add(cv2.subtract(rgb, darker, dst=darker), lighter, dst=darker), np.uint8)


def _enlarged(
    residual: NDArray[np.float32], keep: int, alpha: float, size_wh: tuple[int, int]
) -> cv2.typing.MatLike:
    """Enlarge what brightens, or what darkens, as bytes; keep: OpenCV's word for which of them."""
    one_way = cv2.threshold(residual, 0, 0, keep)[1]
    return cv2.resize(cv2.convertScaleAbs(one_way, alpha=alpha), size_wh, interpolation=cv2.INTER_CUBIC)
