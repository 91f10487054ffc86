"""How near a student is to the teacher: in what it sees, and in where it would take the picture."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCKS_PX = (1, 2, 4, 8)
"""Sides of the blocks that gradients are averaged over before they are compared."""

BLOCK_WEIGHTS = (0.5, 1.0, 0.75, 0.25)
"""Weight of each: single pixels of a teacher's gradient are mostly noise, which no student can learn."""


def gradient_match(gradient: Tensor, wanted: Tensor) -> Tensor:
    """Return cosines of N gradients with those wanted, one column for each of `BLOCKS_PX`: NxS."""
    pairs = ((F.avg_pool2d(gradient, px), F.avg_pool2d(wanted, px)) for px in BLOCKS_PX)
    return torch.stack([cosine(a, b) for a, b in pairs], dim=1)


def gradient_error(matches: Tensor) -> Tensor:
    """Weigh `gradient_match`: 0 for gradients that agree at every scale."""
    return ((1 - matches) * matches.new_tensor(BLOCK_WEIGHTS)).sum(dim=1).mean()


def cosine(a: Tensor, b: Tensor) -> Tensor:
    """Return the cosine of the angle between two tensors, one for each of the first dimension."""
    return torch.cosine_similarity(a.flatten(1), b.flatten(1), dim=1)


def feature_error(activations: Tensor, wanted: Tensor, spread: Tensor) -> Tensor:
    """Compute the mean squared error in units of each channel's own spread.

    spread: 1xCx1x1, > 0. A student that gave every channel's mean would be at about 1.
    """
    return ((activations - wanted) / spread).square().mean()
