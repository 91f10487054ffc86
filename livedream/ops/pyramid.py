"""The way between the sizes of the octaves."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livedream.ops.octaves import UNIT


class Resize(nn.Module):
    """Resize NxCxHxW from one fixed size to another, bilinear and anti-aliased.

    It is two products with small constant matrices. That is exact to rounding in every engine,
    where their own interpolations differ by up to 3e-5 of the range, and in OpenVINO it is a
    third of the cost of its plain interpolation and a tenth of its anti-aliased one.
    """

    def __init__(self, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> None:
        super().__init__()
        self.same = from_hw == to_hw
        if not self.same:
            self.register_buffer("rows", resize_matrix(from_hw[0], to_hw[0]))
            self.register_buffer("columns", resize_matrix(from_hw[1], to_hw[1]).T.contiguous())

    def forward(self, image: Tensor) -> Tensor:
        """Give the image at the other size."""
        if self.same:
            return image
        assert isinstance(self.rows, Tensor)
        assert isinstance(self.columns, Tensor)
        return self.rows @ (image @ self.columns)


class Zoom(nn.Module):
    """Resize NxCxHxW from one fixed size to another at any scale: centred, cut off or filled by mirroring.

    The matrices are made anew each time, in whole numbers until they are small: in half formats a place
    would be off by pixels.
    """

    def __init__(self, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> None:
        super().__init__()
        self.from_hw, self.to_hw = from_hw, to_hw

    def forward(self, image: Tensor, steps: Tensor) -> Tensor:
        """Give the image at the other size.

        steps: int64 tensor of 2, how many parts (`UNIT` to the pixel) of the image one pixel of the result
        is high and wide.
        """
        rows, columns = (
            zoom_matrix(length, to_length, steps[axis]).to(image.dtype)
            for axis, (length, to_length) in enumerate(zip(self.from_hw, self.to_hw, strict=True))
        )
        return rows @ (image @ columns.T)


def resized(image: Tensor, to_hw: Sequence[int]) -> Tensor:
    """Resize NxCxHxW to a size that is known no sooner than this, as `Resize` does."""
    matrices = []
    for length, to_length in zip(map(int, image.shape[2:]), map(int, to_hw), strict=True):
        step = torch.full((), round(UNIT * length / to_length), device=image.device)
        matrices.append(zoom_matrix(length, to_length, step).to(image.dtype))
    return matrices[0] @ (image @ matrices[1].T)


def zoom_matrix(length: int, to_length: int, step: Tensor) -> Tensor:
    """Give the to_length x length float32 matrix that resizes a line of pixels about its middle.

    step: int64, >= 1, parts of `UNIT` to a pixel of the result. With the step from one length to the other
    it is `resize_matrix`; with a larger one the line repeats beyond its ends, mirrored.
    """
    # Twice the places, so that the middles of pixels are whole numbers, too.
    pixels = (2 * torch.arange(length, device=step.device) + 1) * UNIT
    places = (2 * torch.arange(to_length, device=step.device) + 1 - to_length) * step + length * UNIT
    turned = torch.remainder(places, 4 * length * UNIT)
    inside = torch.where(turned < 2 * length * UNIT, turned, 4 * length * UNIT - turned)
    apart = (inside[:, None] - pixels[None, :]).float() / (2 * UNIT)
    reach = torch.clamp(step.float() / UNIT, min=1.0)
    weights = torch.clamp(1 - apart.abs() / reach, min=0.0)
    return weights / weights.sum(dim=1, keepdim=True)


def resize_matrix(length: int, to_length: int) -> Tensor:
    """Give the to_length x length float32 matrix that resizes a line of pixels; each row sums to 1."""
    each_pixel = torch.eye(length, dtype=torch.float64)[None, None]
    rows = F.interpolate(each_pixel, (to_length, length), mode="bilinear", antialias=True)[0, 0]
    return (rows / rows.sum(dim=1, keepdim=True)).float()
