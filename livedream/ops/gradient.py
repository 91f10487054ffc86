"""What happens to a gradient before it is added to the picture: smoothing and normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

TINY = 1e-8
"""Keeps a zero gradient from becoming NaN; far below any gradient that means something."""


def gaussian_taps(sigma_px: float) -> Tensor:
    """Give the 1-D Gaussian of `sigma_px` (> 0) cut at 2.5 sigma, its sum 1, float32."""
    radius = max(1, round(2.5 * sigma_px))
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
    taps = torch.exp(-(offsets**2) / (2 * sigma_px**2))
    return (taps / taps.sum()).float()


def smooth(image: Tensor, taps: Tensor) -> Tensor:
    """Blur NxCxHxW by the 1-D kernel `taps` (odd length) along both axes, zeros outside."""
    channels, radius = int(image.shape[1]), len(taps) // 2
    column = taps.to(image.dtype).reshape(1, 1, -1, 1).repeat(channels, 1, 1, 1)
    image = F.conv2d(image, column, padding=(radius, 0), groups=channels)
    return F.conv2d(image, column.transpose(2, 3).contiguous(), padding=(0, radius), groups=channels)


def normalise(gradient: Tensor) -> Tensor:
    """Divide by mean |g|, so that a step size means the same for every layer and picture.

    A gradient of zeros stays one.
    """
    return gradient / (gradient.abs().mean(dim=(1, 2, 3), keepdim=True) + TINY)
