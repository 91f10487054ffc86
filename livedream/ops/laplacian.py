"""A gradient by bands: each scale of detail is normalised by itself, so that none drowns the others."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor, nn

from livedream.ops.gradient import TINY, Blur

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
"""Burt and Adelson's kernel, "The Laplacian Pyramid as a Compact Image Code", 1983."""


class LaplacianNormalise(nn.Module):
    """Splits 1xCxHxW into bands and a rest, divides each by its root mean square, and adds up.

    levels: bands, >= 1. They are those of the pyramid without its halving (a trous, Holschneider et al.
    1989): all at full size, the kernel's taps 1, 2, 4, ... pixels apart, so that nothing is resized.
    """

    def __init__(self, levels: int, channels: int = 3) -> None:
        super().__init__()
        taps = torch.tensor(TAPS)
        self.lowered = nn.ModuleList(Blur(taps, channels, apart_px=2**level) for level in range(levels))

    def forward(self, gradient: Tensor) -> Tensor:
        """Return the sum of the bands, each of root mean square 1; a band of zeros stays one."""
        bands, rest = [], gradient
        for lowered in self.lowered:
            lower = lowered(rest)
            bands.append(_unit(rest - lower))
            rest = lower
        return reduce(torch.add, bands, _unit(rest))


def _unit(band: Tensor) -> Tensor:
    return band / (band.square().mean(dim=(1, 2, 3), keepdim=True).sqrt() + TINY)
