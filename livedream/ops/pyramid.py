"""The way between the sizes of the octaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livedream.ops.layout import as_image, as_lines, numbers_of
from livedream.ops.octave_sizes import UNIT

Order = tuple[Tensor, Tensor]
"""Numbers of rows and of columns, int64: see `livedream.ops.jitter.order_of`."""


class Resize(nn.Module):
    """Resize NxCxHxW from one fixed size to another, bilinear and anti-aliased.

    A row of the result is a weighted sum of few neighbouring rows, and so is a column. That is exact to
    rounding in every engine, where their own interpolations differ by up to 3e-5 of the range, and OpenVINO
    takes a third of what products with the matrices cost, which are mostly zeros.
    """

    def __init__(self, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> None:
        super().__init__()
        self.same, self.higher = from_hw == to_hw, to_hw[0] > from_hw[0]
        if not self.same:
            for axis, name in enumerate(("row", "column")):
                places, weights = neighbours(resize_matrix(from_hw[axis], to_hw[axis]))
                self.register_buffer(f"{name}s", places)
                self.register_buffer(f"{name}_weights", weights[..., None])

    def forward(self, image: Tensor, given: Order | None = None, wanted: Order | None = None) -> Tensor:
        """Return the image at the other size.

        given: where its rows and columns lie in what is given; wanted: which ones of the result follow each
        other. So what is rolled is resized, or rolled by the way, at no cost.
        """
        assert not self.same or given is wanted is None, "nothing is resized"
        if self.same:
            return image
        channels, lines = int(image.shape[1]), as_lines(image)
        rows, columns = (
            self._neighbours(axis, name, given, wanted) for axis, name in enumerate(("row", "column"))
        )
        # Rows are moved whole, columns number by number: better where there are few rows.
        lines = lines if self.higher else _blended(lines, 1, *rows)
        places, weights = columns
        lines = _blended(lines, 2, numbers_of(places, channels), weights.expand(-1, -1, channels).flatten(1))
        return as_image(_blended(lines, 1, *rows) if self.higher else lines, channels)

    def _neighbours(
        self, axis: int, name: str, given: Order | None, wanted: Order | None
    ) -> tuple[Tensor, Tensor]:
        """Return places and weights along an axis, KxL and KxLx1."""
        places, weights = self.get_buffer(f"{name}s"), self.get_buffer(f"{name}_weights")
        if wanted is not None:
            places, weights = (each.index_select(1, wanted[axis]) for each in (places, weights))
        if given is not None:
            places = given[axis].index_select(0, places.flatten()).reshape(places.shape)
        return places, weights


def _blended(lines: Tensor, axis: int, places: Tensor, weights: Tensor) -> Tensor:
    """Add up what lies at places along an axis, by weights."""
    pairs = zip(places, weights, strict=True)
    total: Tensor = reduce(torch.add, (lines.index_select(axis, place) * weight for place, weight in pairs))
    return total


class Zoom(nn.Module):
    """Resize NxCxHxW from one fixed size to another at any scale: centred, cut off or filled by mirroring.

    The matrices are made anew each time, in whole numbers until they are small: in half formats a place
    would be off by pixels.
    """

    def __init__(self, from_hw: tuple[int, int], to_hw: tuple[int, int]) -> None:
        super().__init__()
        self.from_hw, self.to_hw = from_hw, to_hw

    def forward(self, image: Tensor, steps: Tensor) -> Tensor:
        """Return the image at the other size.

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
    """Build the to_length x length float32 matrix that resizes a line of pixels about its middle.

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
    """Build the to_length x length float32 matrix that resizes a line of pixels; each row sums to 1."""
    each_pixel = torch.eye(length, dtype=torch.float64)[None, None]
    rows = F.interpolate(each_pixel, (to_length, length), mode="bilinear", antialias=True)[0, 0]
    return (rows / rows.sum(dim=1, keepdim=True)).float()


def neighbours(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """List which columns a matrix's rows take, int64, and by which weights: two of KxL for LxM.

    K: as many neighbours as the widest row has.
    """
    taken = matrix != 0
    first = taken.long().argmax(dim=1)
    last = matrix.shape[1] - 1 - taken.flip(1).long().argmax(dim=1)
    width = int((last - first).max()) + 1
    first = torch.clamp(first, max=matrix.shape[1] - width)
    places = first[:, None] + torch.arange(width)
    return places.T.contiguous(), matrix.gather(1, places).T.contiguous()
