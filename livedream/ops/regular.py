"""What keeps a picture from growing wild: total variation and decay, as directions of ascent."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SOFT = 1e-3
"""Differences far below this, in 0..1, count as flat; a direction has to be smooth where they vanish."""


def towards_flat(image: Tensor) -> Tensor:
    """Compute -d TV / d image for 1xCxHxW, TV the sum of |grad x| over pixels and channels; from -4 to 4.

    Rudin, Osher and Fatemi, "Nonlinear total variation based noise removal algorithms", 1992; |grad x| is
    softened to sqrt(dx^2 + dy^2 + s^2).
    """
    across = F.pad(image[:, :, :, 1:] - image[:, :, :, :-1], (0, 1, 0, 0))
    down = F.pad(image[:, :, 1:, :] - image[:, :, :-1, :], (0, 0, 0, 1))
    length = torch.sqrt(across * across + down * down + SOFT**2)
    across, down = across / length, down / length
    return across - F.pad(across[:, :, :, :-1], (1, 0, 0, 0)) + down - F.pad(down[:, :, :-1, :], (0, 0, 1, 0))


def towards_grey(image: Tensor) -> Tensor:
    """Compute -d/d image of the sum of (x - 1/2)^2, which is decay; from -1 to 1."""
    return 1 - 2 * image
