"""Pictures as lines: their rows, each with all its numbers side by side as they lie in memory.

A picture comes and goes with its channels last, and engines give a network's activations that layout. What
is done between networks, number by number or row by row, is done to lines, so that nobody has to turn a
picture over for it: that takes OpenVINO longer than the work itself.
"""

from __future__ import annotations

import torch
from torch import Tensor


def as_lines(image: Tensor) -> Tensor:
    """Lay NxCxHxW out as NxHxWC."""
    return image.permute(0, 2, 3, 1).flatten(2)


def as_image(lines: Tensor, channels: int = 3) -> Tensor:
    """Lay NxHxWC out as NxCxHxW."""
    count, height, length = lines.shape
    return lines.reshape(count, height, length // channels, channels).permute(0, 3, 1, 2)


def numbers_of(columns: Tensor, channels: int) -> Tensor:
    """List where in a line the numbers of its columns lie; the last axis is that of the columns."""
    offsets = torch.arange(channels, device=columns.device)
    return (columns.reshape(*columns.shape, 1) * channels + offsets).flatten(-2)
