"""What happens to a gradient before it is added to the picture: smoothing and normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.ops.layout import as_image, as_lines

TINY = 1e-8
"""Keeps a zero gradient from becoming NaN; far below any gradient that means something."""


def gaussian_taps(sigma_px: float) -> Tensor:
    """Return the 1-D Gaussian of `sigma_px` (> 0) cut at 2.5 sigma, its sum 1, float32."""
    radius = max(1, round(2.5 * sigma_px))
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
    taps = torch.exp(-(offsets**2) / (2 * sigma_px**2))
    return (taps / taps.sum()).float()


def smooth(image: Tensor, taps: Tensor) -> Tensor:
    """Blur NxCxHxW by the 1-D kernel `taps` (odd length) along both axes, zeros outside."""
    count, channels, height, width = (int(n) for n in image.shape)
    many, radius = width * channels, len(taps) // 2
    column = taps.to(image.dtype).reshape(1, 1, -1, 1)
    # Numbers of a row, each its own channel, fill an engine's vectors, which three channels leave empty.
    lines = as_lines(image).reshape(count, height, 1, many).permute(0, 3, 1, 2)
    lines = F.conv2d(lines, column.repeat(many, 1, 1, 1), padding=(radius, 0), groups=many)
    image = as_image(as_lines(lines), channels)
    row = column.transpose(2, 3).repeat(channels, 1, 1, 1)
    return F.conv2d(image, row, padding=(0, radius), groups=channels)


def normalise(gradient: Tensor) -> Tensor:
    """Divide by mean |g|, so that a step size means the same for every layer and picture.

    A gradient of zeros stays one.
    """
    return gradient / (size_of(gradient) + TINY)


def size_of(gradient: Tensor) -> Tensor:
    """Return mean |g| of each picture, or of each picture's lines, to divide by."""
    return gradient.abs().mean(dim=tuple(range(1, gradient.dim())), keepdim=True)
