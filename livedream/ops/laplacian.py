"""A gradient by bands: each scale of detail is normalised by itself, so that none drowns the others."""

from __future__ import annotations

from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.ops.gradient import TINY

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""Burt and Adelson's kernel, "The Laplacian Pyramid as a Compact Image Code", 1983."""


def laplacian_normalise(gradient: Tensor, levels: int) -> Tensor:
    """Split 1xCxHxW into `levels` bands and a rest, divide each by its root mean square, and add up.

    levels: >= 1. The bands are those of the pyramid without its halving (a trous, Holschneider et al. 1989):
    all at full size, the kernel's taps 1, 2, 4, ... pixels apart, so that nothing is resized.
    """
    bands, rest = [], gradient
    for level in range(levels):
        lower = _lowered(rest, 2**level)
        bands.append(_unit(rest - lower))
        rest = lower
    return reduce(torch.add, bands, _unit(rest))


def _unit(band: Tensor) -> Tensor:
    """Divide by the root mean square; a band of zeros stays one."""
    return band / (band.square().mean(dim=(1, 2, 3), keepdim=True).sqrt() + TINY)


def _lowered(image: Tensor, apart_px: int) -> Tensor:
    """Blur by the kernel with its taps some pixels apart, zeros outside."""
    channels, reach = int(image.shape[1]), 2 * apart_px
    column = image.new_tensor(TAPS).reshape(1, 1, -1, 1).repeat(channels, 1, 1, 1)
    image = F.conv2d(image, column, padding=(reach, 0), dilation=(apart_px, 1), groups=channels)
    row = column.transpose(2, 3).contiguous()
    return F.conv2d(image, row, padding=(0, reach), dilation=(1, apart_px), groups=channels)
