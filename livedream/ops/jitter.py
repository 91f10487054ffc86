"""Jitter: the picture is rolled before a gradient and rolled back after it.

A strided network sees some pixels better than others; rolling by another offset each time spreads
that unfairness evenly, so no grid shows (Mordvintsev et al., "Inceptionism", 2015).
"""

from __future__ import annotations

import torch
from torch import Tensor


def roll(image: Tensor, shift_px: Tensor) -> Tensor:
    """Roll NxCxHxW down by shift_px[0] and right by shift_px[1], what leaves enters opposite.

    shift_px: int64 tensor of 2, any sign. It is an input, so an engine takes a new one each frame.
    """
    height, width = int(image.shape[2]), int(image.shape[3])
    rows = torch.remainder(torch.arange(height, device=image.device) - shift_px[0], height)
    columns = torch.remainder(torch.arange(width, device=image.device) - shift_px[1], width)
    return image.index_select(2, rows).index_select(3, columns)
