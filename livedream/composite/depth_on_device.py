"""Depth and light on a torch device: the arithmetic of `livedream.composite.depth` and `.light`."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.composite.depth import (
    FARTHEST,
    HASTE,
    LEAST_DEPTH,
    LEAST_GAIN,
    LEAST_HELD,
    MOST_GAIN,
    PER_SECOND,
    SPARSE,
    WINDOW,
    cells_hw,
    target,
)
from livedream.composite.light import small_wh
from livedream.ops.gradient import gaussian_taps
from livedream.settings import LookSettings


def relit(residual: Tensor, look: LookSettings) -> Tensor:
    """Return a residual 1x3xHxW less `look.light` times its own blur; the same tensor if that is nothing."""
    if look.light == 0:
        return residual
    height, width = int(residual.shape[2]), int(residual.shape[3])
    small_width, small_height = small_wh((width, height), look.light_radius)
    small = F.interpolate(residual, (small_height, small_width), mode="area")
    soft = blurred(small, look.light_radius * max(small_width, small_height))
    return residual - look.light * F.interpolate(soft, (height, width), mode="bilinear")


def depth_map(image: Tensor, shown: Tensor, strength: float) -> Tensor:
    """Measure how much of a dream is seen around each cell, 1x1xhxw, 0..1; image, shown: 1x3xHxW."""
    height, width = cells_hw((int(image.shape[2]), int(image.shape[3])))
    few, added = image[..., ::SPARSE, ::SPARSE], shown[..., ::SPARSE, ::SPARSE]
    seen = (torch.clamp(few + strength * added, 0.0, 1.0) - few).abs()
    mean = F.interpolate(seen, (height, width), mode="area").mean(dim=1, keepdim=True)
    return blurred(mean, max(WINDOW * width, 0.3))


def bound(look: LookSettings, gain: Tensor) -> Tensor:
    """Return the depth that no place may exceed for long, 1x1x1x1."""
    return gain * target(look) if look.steer else torch.full_like(gain, math.inf)


def held(depths: Tensor, look: LookSettings, gain: Tensor) -> Tensor:
    """Return what share of the past stays, 1x1xhxw."""
    return torch.clamp(bound(look, gain) / depths.clamp(min=LEAST_DEPTH), LEAST_HELD, 1.0)


def reach(depths: Tensor, look: LookSettings, gain: Tensor) -> Tensor:
    """Return by how much steps are multiplied, 1x1xhxw."""
    if look.depth == 0:
        return torch.zeros_like(depths)
    return torch.clamp(1 + HASTE * (1 - depths / bound(look, gain)), 1.0, 1 + HASTE)


def next_gain(gain: Tensor, depths: Tensor, look: LookSettings, elapsed_s: float) -> Tensor:
    """Return the gain after `elapsed_s` seconds, 1x1x1x1: a number would have to be waited for."""
    depth = depths.mean(dim=(2, 3), keepdim=True)
    error = torch.clamp(
        torch.log(max(target(look), LEAST_DEPTH) / depth.clamp(min=LEAST_DEPTH)), -FARTHEST, FARTHEST
    )
    return torch.clamp(gain * torch.exp(error * (PER_SECOND * elapsed_s)), LEAST_GAIN, MOST_GAIN)


def blurred(field: Tensor, sigma_px: float) -> Tensor:
    """Blur 1xCxHxW by a Gaussian along both axes, edges mirrored as far as there is something to mirror."""
    taps = gaussian_taps(sigma_px)
    radius, channels = len(taps) // 2, int(field.shape[1])
    column = torch.stack([torch.full((1,), float(tap), device=field.device) for tap in taps]).reshape(
        1, 1, -1, 1
    )
    column = column.repeat(channels, 1, 1, 1)
    tall = _mirrored(field, 2, radius)
    wide = _mirrored(F.conv2d(tall, column, groups=channels), 3, radius)
    return F.conv2d(wide, column.transpose(2, 3).contiguous(), groups=channels)


def _mirrored(field: Tensor, axis: int, radius: int) -> Tensor:
    """Put `radius` mirrored lines on either side, as OpenCV's BORDER_REFLECT does; a short side repeats."""
    length = int(field.shape[axis])
    places = torch.remainder(torch.arange(-radius, length + radius, device=field.device), 2 * length)
    inside = torch.where(places < length, places, 2 * length - 1 - places)
    return field.index_select(axis, inside)
