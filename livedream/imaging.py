"""Image geometry: pictures fitted into sizes and shapes, shrunk, cropped, squared."""

from __future__ import annotations

import cv2
import numpy as np

from livedream.frame import Image, Rgb, to_image


def letterbox(rgb: Rgb, size_wh: tuple[int, int]) -> Rgb:
    """Fit a picture into `size_wh` pixels: aspect kept, centred, black bars where it does not reach.

    rgb: uint8 HxWx3, at least 1x1; of this size already, the same array is returned.
    size_wh: (width, height), each >= 1. Returns uint8 HxWx3 of exactly that size.
    """
    width, height = size_wh
    if rgb.shape[:2] == (height, width):
        return rgb
    fitted_w, fitted_h = fitted_size((rgb.shape[1], rgb.shape[0]), size_wh)
    boxed = np.zeros((height, width, 3), np.uint8)
    left, top = (width - fitted_w) // 2, (height - fitted_h) // 2
    boxed[top : top + fitted_h, left : left + fitted_w] = resized(rgb, (fitted_w, fitted_h))
    return boxed


def fitted_size(picture_wh: tuple[int, int], box_wh: tuple[int, int]) -> tuple[int, int]:
    """Compute the size, in pixels, that a picture takes inside a box: (width, height), each >= 1."""
    scale = min(box_wh[0] / picture_wh[0], box_wh[1] / picture_wh[1])
    # Odd made even: one more black line is better than every pixel resampled for it.
    if 0 <= round((scale - 1) * max(picture_wh), 6) <= 1:
        return picture_wh
    width, height = (max(1, round(side * scale)) for side in picture_wh)
    return min(width, box_wh[0]), min(height, box_wh[1])


def resized(rgb: Rgb, size_wh: tuple[int, int]) -> Rgb:
    """Scale a picture to `size_wh` pixels, smoothly."""
    if (rgb.shape[1], rgb.shape[0]) == size_wh:
        return rgb
    scale = min(size_wh[0] / rgb.shape[1], size_wh[1] / rgb.shape[0])
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=_interpolation(scale)), np.uint8)


def shrink(rgb: Rgb, size_wh: tuple[int, int]) -> Rgb:
    """Resize to `size_wh` without aliasing and at little cost.

    Halving by area is many times cheaper than an area mean at an odd ratio; what then remains is
    under a factor of two, which bilinear sampling does cleanly.
    """
    while rgb.shape[1] >= 2 * size_wh[0] and rgb.shape[0] >= 2 * size_wh[1]:
        half_wh = (rgb.shape[1] // 2, rgb.shape[0] // 2)
        rgb = np.asarray(cv2.resize(rgb, half_wh, interpolation=cv2.INTER_AREA), np.uint8)
    if (rgb.shape[1], rgb.shape[0]) == size_wh:
        return rgb
    return np.asarray(cv2.resize(rgb, size_wh, interpolation=cv2.INTER_LINEAR), np.uint8)


def crop(rgb: Rgb, shape_wh: tuple[int, int]) -> Rgb:
    """Return the largest part in the middle of a picture that has the shape of `shape_wh`; a view."""
    height, width = rgb.shape[:2]
    scale = min(width / shape_wh[0], height / shape_wh[1])
    part_wh = [max(1, round(scale * side)) for side in shape_wh]
    left, top = (width - part_wh[0]) // 2, (height - part_wh[1]) // 2
    return rgb[top : top + part_wh[1], left : left + part_wh[0]]


def fit_square(rgb: Rgb, side_px: int, scale: float = 1.0) -> Image:
    """Return the whole picture, its shape kept, on a square of 1x3xSxS; mirrored copies fill what it leaves.

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


def _interpolation(scale: float) -> int:
    """Choose the filter: the mean over the area when shrinking, cubic when growing.

    Down to a half, linear reads every pixel too, is closer to Lanczos (by 2 to 3 dB at 2/3)
    and costs a quarter of the area filter.
    """
    if scale > 1:
        return cv2.INTER_CUBIC
    return cv2.INTER_LINEAR if scale >= 0.5 else cv2.INTER_AREA
