"""Jitter: the picture is rolled, and mirrored if wanted, before a gradient, and put back after it.

A strided network sees some pixels better than others; rolling by another offset each time spreads
that unfairness evenly, so no grid shows (Mordvintsev et al., "Inceptionism", 2015). Mirrored at random,
it sees no side better than the other either.
"""

from __future__ import annotations

import torch
from torch import Tensor

from livedream.ops.layout import as_image, as_lines, numbers_of


def roll(image: Tensor, shift_px: Tensor, flips: Tensor | None = None) -> Tensor:
    """Roll NxCxHxW down by shift_px[0] and right by shift_px[1], what leaves enters opposite.

    shift_px: int64 tensor of 2, any sign. It is an input, so an engine takes a new one each frame. flips:
    likewise; before it is rolled the picture is mirrored upside down where flips[0] is 1, not 0, and left
    to right where flips[1] is.
    """
    channels, height, width = (int(n) for n in image.shape[1:])
    lines = as_lines(image)
    if flips is None and torch.jit.is_tracing():  # type: ignore[attr-defined, no-untyped-call]
        # OpenVINO takes a trace; it has a roll, whose shift is an input too, which copies parts of rows.
        rolled = torch.roll(lines, (shift_px[0], shift_px[1] * channels), (1, 2))  # type: ignore[arg-type]
        return as_image(rolled, channels)
    rows, columns = order_of((height, width), shift_px, flips)
    return as_image(lines.index_select(1, rows).index_select(2, numbers_of(columns, channels)), channels)


def order_of(
    size_hw: tuple[int, int], shift_px: Tensor, flips: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """List which rows and which columns of an image follow each other once it is rolled; as for `roll`."""
    rows, columns = (
        torch.arange(side, device=shift_px.device) - shift_px[axis] for axis, side in enumerate(size_hw)
    )
    if flips is not None:
        rows, columns = _mirrored(rows, flips[0]), _mirrored(columns, flips[1])
    return torch.remainder(rows, size_hw[0]), torch.remainder(columns, size_hw[1])


def roll_back(image: Tensor, shift_px: Tensor, flips: Tensor | None = None) -> Tensor:
    """Undo what `roll` did by the same shift and flips."""
    return roll(image, shift_back(shift_px, flips), flips)


def shift_back(shift_px: Tensor, flips: Tensor | None = None) -> Tensor:
    """Return the shift that undoes another, by the same flips."""
    return -shift_px if flips is None else shift_px * (2 * flips - 1)


def _mirrored(places: Tensor, flip: Tensor) -> Tensor:
    """Count places from the other end, the last of which is -1, if `flip` is 1."""
    return places * (1 - 2 * flip) - flip
