"""Local response normalisation (Krizhevsky et al. 2012) that knows its vector-Jacobian product."""

from __future__ import annotations

from functools import reduce
from math import sqrt

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.layers import Layer, Saved

CHANNELS = 5
ALPHA = 1e-4
"""The constants of Caffe's networks; beta is 3/4, and what is added is 1."""


class LocalResponse(Layer):
    """x / s^(3/4) with s = 1 + (alpha / 5) (sum of x^2 over five channels, the one itself in their middle).

    Channels that there are not count as zeros. With y = x / s^(3/4) the gradient is
    g / s^(3/4) - (3/2) (alpha / 5) x (sum of g y / s over five channels).
    """

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Normalise; keep the input, the output, s and s^(-3/4)."""
        # Scaled before it is squared: activations are in the hundreds, and half formats end at 65504.
        small = x * sqrt(ALPHA / CHANNELS)
        energy = 1.0 + _over_channels(small * small)
        factor = 1.0 / torch.sqrt(energy * torch.sqrt(energy))
        y = x * factor
        return y, (small, y, energy, factor)

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Scale the gradient, less what each channel takes from those around it."""
        small, y, energy, factor = saved
        taken = _over_channels(grad * (y * sqrt(ALPHA / CHANNELS)) / energy)
        passed: Tensor = grad * factor - 1.5 * small * taken
        return passed


def _over_channels(x: Tensor) -> Tensor:
    """Add up five channels around each."""
    around = CHANNELS // 2
    padded = F.pad(x, (0, 0, 0, 0, around, around))
    count = int(x.shape[1])
    return reduce(torch.add, [padded[:, start : start + count] for start in range(CHANNELS)])
