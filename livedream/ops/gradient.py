"""What happens to a gradient before it is added to the picture: smoothing and normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livedream.ops.layout import as_image, as_lines

TINY = 1e-8
"""Keeps a zero gradient from becoming NaN; far below any gradient that means something."""

FULL_PX = 8
"""Pixels whose numbers fill a vector."""


def gaussian_taps(sigma_px: float) -> Tensor:
    """Return the 1-D Gaussian of `sigma_px` (> 0) cut at 2.5 sigma, its sum 1, float32."""
    radius = max(1, round(2.5 * sigma_px))
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
    taps = torch.exp(-(offsets**2) / (2 * sigma_px**2))
    return (taps / taps.sum()).float()


class Blur(nn.Module):
    """Blurs NxCxHxW by a 1-D kernel along both axes, zeros outside.

    Three channels leave an engine's vectors and matrix units empty: down the columns each number of a row is
    a channel of its own, and along the rows all numbers of some neighbouring pixels are channels.
    """

    def __init__(self, taps: Tensor, channels: int = 3, apart_px: int = 1) -> None:
        """taps: an odd number of weights. apart_px: from one to the next."""
        super().__init__()
        self.channels, self.apart_px = channels, apart_px
        self.register_buffer("column", taps.reshape(1, 1, -1, 1))
        if apart_px >= FULL_PX:
            # Taps hit the same pixel of each group: channels do not mix.
            self.group_px = apart_px
            row = taps.reshape(1, 1, 1, -1).repeat(apart_px * channels, 1, 1, 1)
        else:
            # A pixel reaches no further than the group beside its own; a power of two divides a width.
            self.group_px = 1 << (apart_px * (len(taps) // 2) - 1).bit_length()
            row = _band(taps, apart_px, self.group_px, channels)
        self.register_buffer("row", row)

    def forward(self, image: Tensor) -> Tensor:
        """Return the image blurred, in its number format."""
        return as_image(self._along_rows(self._down_columns(as_lines(image))), self.channels)

    def _down_columns(self, lines: Tensor) -> Tensor:
        count, height, many = (int(n) for n in lines.shape)
        column = self.get_buffer("column").to(lines.dtype).repeat(many, 1, 1, 1)
        numbers = lines.reshape(count, height, 1, many).permute(0, 3, 1, 2)
        reach, apart = (self.apart_px * (column.shape[2] // 2), 0), (self.apart_px, 1)
        return as_lines(F.conv2d(numbers, column, padding=reach, dilation=apart, groups=many))

    def _along_rows(self, lines: Tensor) -> Tensor:
        count, height, many = (int(n) for n in lines.shape)
        row = self.get_buffer("row").to(lines.dtype)
        size, mixed, _, length = row.shape
        beyond = -many % size
        lines = F.pad(lines, (0, beyond)) if beyond else lines
        pixels = lines.reshape(count, height, -1, size).permute(0, 3, 1, 2)
        along = as_lines(F.conv2d(pixels, row, padding=(0, length // 2), groups=size // mixed))
        return along[..., :many] if beyond else along


def _band(taps: Tensor, apart_px: int, group_px: int, channels: int) -> Tensor:
    """Lay taps out as the weights from a group of pixels and its neighbours to it, SxSx1x3.

    S: numbers of a group.
    """
    weights = taps.new_zeros(group_px, 3 * group_px)
    offsets = apart_px * (torch.arange(len(taps)) - len(taps) // 2)
    for pixel in range(group_px):
        weights[pixel, group_px + pixel + offsets] = taps
    alike = torch.eye(channels, dtype=taps.dtype)
    spread = torch.einsum("pgq,cd->pcqdg", weights.reshape(group_px, 3, group_px), alike)
    return spread.reshape(group_px * channels, group_px * channels, 1, 3)


def normalise(gradient: Tensor) -> Tensor:
    """Divide by mean |g|, so that a step size means the same for every layer and picture.

    A gradient of zeros stays one.
    """
    return gradient / (size_of(gradient) + TINY)


def size_of(gradient: Tensor) -> Tensor:
    """Return mean |g| of each picture, or of each picture's lines, to divide by."""
    return gradient.abs().mean(dim=tuple(range(1, gradient.dim())), keepdim=True)
