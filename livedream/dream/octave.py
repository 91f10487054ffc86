"""An octave's way from the picture to what the network sees, and back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from livedream.dream.spec import KernelSpec
from livedream.ops.jitter import order_of, roll, roll_back, shift_back
from livedream.ops.layout import as_image, as_lines
from livedream.ops.pyramid import Resize, Zoom

MakeResize = Callable[[tuple[int, int], tuple[int, int]], nn.Module]
"""Makes what resizes from one size to another."""


class Octave(nn.Module):
    """Resizes, rolls, mirrors and turns as a spec wants it, and undoes all of that; pictures are lines.

    number: of the octave in the spec's sizes. to_hw: size that what has grown on it is enlarged to.
    """

    def __init__(self, spec: KernelSpec, number: int, to_hw: tuple[int, int], resize: MakeResize) -> None:
        super().__init__()
        size_hw = spec.sizes_hw[number]
        self.flips, self.turned, self.swung = spec.flips, spec.is_turned(number), spec.is_swung(number)
        make = Zoom if self.swung else resize
        self.size_hw = size_hw
        self.shrink, self.grow = make(spec.size_hw, size_hw), make(size_hw, to_hw)
        self.rolls_as_it_resizes = isinstance(self.shrink, Resize) and not self.shrink.same
        if self.turned:
            # Rows that become columns are a mirror; with one mirror more it is a turn.
            self.register_buffer("upside_down", torch.tensor([1, 0]))

    def look(self, picture: Tensor, view: Tensor) -> Tensor:
        """Return what lies on the picture, 1xCxHxW of the working size, as the network sees it.

        view: a row of `views`.
        """
        if self.rolls_as_it_resizes:
            small: Tensor = self.shrink(picture, wanted=order_of(self.size_hw, view, self._flips(view)))
            return small.transpose(2, 3) if self.turned else small
        resized = self.shrink(picture, view[-4:-2]) if self.swung else self.shrink(picture)
        return self._laid(resized, view)

    def shrunk(self, picture: Tensor, view: Tensor) -> Tensor:
        """Return a picture of the working size at the octave's."""
        return self._resized(self.shrink, picture, view[-4:-2])

    def lay(self, lines: Tensor, view: Tensor) -> Tensor:
        """Return what has the octave's size as the network sees it."""
        return as_lines(self._laid(as_image(lines), view))

    def back(self, growth: Tensor, view: Tensor) -> Tensor:
        """Return what has grown on what the network sees, as it lies in the octave."""
        flips = self._flips(view)
        return as_lines(roll_back(self._upright(growth), view if flips is None else view[:2], flips))

    def enlarged(self, growth: Tensor, view: Tensor) -> Tensor:
        """Return what has grown in the octave, as it lies in what it is enlarged to."""
        return self._resized(self.grow, growth, view[-2:])

    def grown(self, growth: Tensor, view: Tensor) -> Tensor:
        """Return what has grown on what the network sees, as it lies in what it is enlarged to."""
        if not self.rolls_as_it_resizes or self.grow.same:
            return self.enlarged(self.back(growth, view), view)
        flips = self._flips(view)
        given = order_of(self.size_hw, shift_back(view[:2], flips), flips)
        return as_lines(self.grow(self._upright(growth), given=given))

    def _upright(self, growth: Tensor) -> Tensor:
        seen = as_image(growth)
        return seen.transpose(2, 3) if self.turned else seen

    def _resized(self, resize: nn.Module, lines: Tensor, steps: Tensor) -> Tensor:
        """Resize, by steps if the octave swings."""
        image = as_image(lines)
        return as_lines(resize(image, steps) if self.swung else resize(image))

    def _laid(self, image: Tensor, view: Tensor) -> Tensor:
        """Roll, mirror and turn an image of the octave's size."""
        rolled = roll(image, view, self._flips(view))
        return rolled.transpose(2, 3) if self.turned else rolled

    def _flips(self, view: Tensor) -> Tensor | None:
        if self.flips:
            return view[2:4]
        return self.get_buffer("upside_down") if self.turned else None


def octaves_of(spec: KernelSpec, resize: MakeResize) -> list[Octave]:
    """Make the octaves that one run dreams, the smallest first."""
    sizes = [spec.sizes_hw[number] for number in spec.dreamed]
    return [
        Octave(spec, number, to_hw, resize)
        for number, (_, to_hw) in zip(spec.dreamed, pairwise([*sizes, spec.size_hw]), strict=True)
    ]
