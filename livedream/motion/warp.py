"""Carry a picture along the flow."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.motion.flow import Flow, Motion, Trust, grid_of, sample

Field = NDArray[np.float32]
"""HxWx3 float32, any range: a residual."""


def warp(field: Field, flow: Flow) -> Field:
    """Sample `field` (HxWxC float32) at p + flow(p) for every pixel p, bilinear, edges repeated.

    flow: HxWx2 pixels, current -> previous, of the field's own size.
    """
    return np.asarray(sample(field, np.asarray(cv2.add(grid_of(*field.shape[:2]), flow))), np.float32)


def fit(motion: Motion, size_wh: tuple[int, int]) -> tuple[Flow, Trust]:
    """Resize flow and trust to `size_wh`, the flow's pixels with it."""
    height, width = motion.trust.shape
    scale = np.array([size_wh[0] / width, size_wh[1] / height], np.float32)
    flow = cv2.resize(motion.flow * scale, size_wh, interpolation=cv2.INTER_LINEAR)
    trust = cv2.resize(motion.trust, size_wh, interpolation=cv2.INTER_LINEAR)
    return np.asarray(flow, np.float32), np.asarray(trust, np.float32)


def resize(field: Field, size_wh: tuple[int, int]) -> Field:
    """Resize a residual to another working size; the same array if it is of that size."""
    if field.shape[1::-1] == size_wh:
        return field
    return np.asarray(cv2.resize(field, size_wh, interpolation=cv2.INTER_LINEAR), np.float32)


def carry(image: Field, carried: Field, trust: Trust, persistence: float) -> Field:
    """Give image + persistence * trust * carried: the warm start.

    image, carried: HxWx3. trust: HxW, 0..1. persistence: 0..1.
    """
    share = cv2.merge([trust, trust, trust])
    return np.asarray(cv2.add(image, cv2.multiply(carried, share, scale=persistence)), np.float32)
