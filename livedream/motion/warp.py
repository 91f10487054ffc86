"""Carry a picture along the flow."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.motion.flow import Motion
from livedream.motion.sampling import Flow, Trust, grid_of

Field = NDArray[np.float32]
"""HxWx3 float32, any range: a residual."""


UNBOUNDED = 2 / 3
"""Sharpness of what nothing keeps within a bound: with a = -0.5 sampling amplifies nothing (Keys 1981)."""


def warp(field: Field, flow: Flow, sharpness: float = 1.0) -> Field:
    """Sample `field` (HxWxC float32) at p + flow(p) for every pixel p; what is outside is mirrored.

    flow: HxWx2 pixels, current -> previous, of the field's own size. sharpness: share of bicubic sampling,
    with a = -0.75, as OpenCV and torch have it; the rest is bilinear. A dream is sampled anew in every frame:
    bilinear sampling blurs a moving one away within half a second, bicubic sampling amplifies by up to 2.9 %
    along each axis and frame, half-way between pixels, and needs a bound.
    """
    grid = np.asarray(cv2.add(grid_of(*field.shape[:2]), flow), np.float32)
    sharp = _sampled(field, grid, cv2.INTER_CUBIC)
    if sharpness == 1:
        return np.asarray(sharp, np.float32)
    soft = _sampled(field, grid, cv2.INTER_LINEAR)
    return np.asarray(cv2.addWeighted(sharp, sharpness, soft, 1 - sharpness, 0.0, dst=sharp), np.float32)


def nearest(field: Field, flow: Flow) -> Field:
    """Sample the nearest pixel to p + flow(p): an eighth of the time of `warp`.

    It is for what is forgotten within a few frames.
    """
    grid = np.asarray(cv2.add(grid_of(*field.shape[:2]), flow), np.float32)
    return np.asarray(_sampled(field, grid, cv2.INTER_NEAREST), np.float32)


def _sampled(field: Field, grid: Flow, method: int) -> cv2.typing.MatLike:
    # OpenCV's stubs do not know that a map of positions needs no second map.
    return cv2.remap(field, grid, None, method, borderMode=cv2.BORDER_REFLECT)  # type: ignore[call-overload,no-any-return]


def fit(motion: Motion, size_wh: tuple[int, int]) -> tuple[Flow, Trust]:
    """Resize flow and what is kept to `size_wh`, the flow's pixels with it."""
    kept = cv2.resize(motion.kept, size_wh, interpolation=cv2.INTER_LINEAR)
    return enlarged(motion.flow, size_wh), np.asarray(kept, np.float32)


def enlarged(flow: Flow, size_wh: tuple[int, int]) -> Flow:
    """Resize a flow to `size_wh`, and its pixels with it."""
    height, width = flow.shape[:2]
    # numpy takes four times as long over an axis of two; OpenCV's stubs do not know that it takes a colour.
    scaled = cv2.multiply(flow, (size_wh[0] / width, size_wh[1] / height, 0, 0))  # type: ignore[call-overload]
    return np.asarray(cv2.resize(scaled, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def resize(field: Field, size_wh: tuple[int, int]) -> Field:
    """Resize a residual to another working size; the same array if it is of that size."""
    if field.shape[1::-1] == size_wh:
        return field
    return np.asarray(cv2.resize(field, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def carry(image: Field, carried: Field, kept: Trust, persistence: float) -> Field:
    """Return clamp(image + persistence * kept * carried): the warm start, 0..1.

    image, carried: HxWx3. kept: HxW, 0..1. persistence: 0..1.
    """
    return clamped(cv2.add(image, cv2.multiply(carried, of_colour(kept), scale=persistence)))


def add_share(field: Field, more: Field, share: Trust) -> Field:
    """Add share * more to a field, and return it.

    field, more: HxWx3. share: HxW. It saves time where the field is nobody else's: a copy takes as long.
    """
    return np.asarray(cv2.accumulateProduct(more, of_colour(share), field), np.float32)


def of_colour(share: Trust) -> Field:
    """Return HxW as HxWx3, the same in each colour; `cv2.merge` takes four times as long."""
    return np.asarray(cv2.cvtColor(share, cv2.COLOR_GRAY2RGB), np.float32)


def clamped(image: cv2.typing.MatLike) -> Field:
    """Return an array within 0..1; it is written to."""
    return np.asarray(np.clip(image, np.float32(0), np.float32(1), out=image), np.float32)
