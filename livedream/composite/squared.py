"""A picture of any shape as a square, for those who look at textures and not at places."""

from __future__ import annotations

import cv2
import numpy as np

from livedream.frame import Image, Rgb, to_image


def squared(rgb: Rgb, side_px: int, scale: float = 1.0) -> Image:
    """Give the whole picture, its shape kept, on a square of 1x3xSxS; mirrored copies fill what it leaves.

    rgb: uint8 HxWx3 of any size. scale: its longer side as a share of the square's; of what then is too large
    the middle is shown.
    """
    longest = max(rgb.shape[:2])
    size_wh = [max(1, round(side * side_px * scale / longest)) for side in rgb.shape[1::-1]]
    area = cv2.INTER_AREA if max(size_wh) < longest else cv2.INTER_LINEAR
    resized = np.asarray(cv2.resize(rgb, size_wh, interpolation=area), np.uint8)
    gaps = [max(0, side_px - side) for side in resized.shape[:2]]
    around = [(gap // 2, gap - gap // 2) for gap in gaps]
    filled = np.pad(resized, [*around, (0, 0)], mode="symmetric")
    top, left = ((side - side_px) // 2 for side in filled.shape[:2])
    return to_image(np.ascontiguousarray(filled[top : top + side_px, left : left + side_px]))
