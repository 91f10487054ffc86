"""How steps are made of directions.

What an optimiser keeps from one step to the next it is given and gives back as tensors, always as many and of
the same shapes: so an engine can build one step and run it in a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from torch import Tensor

from livedream.ops.lbfgs import Lbfgs

BETAS = (0.9, 0.999)
TINY = 1e-8

State = tuple[Tensor, ...]
"""What an optimiser keeps between the steps of an octave."""


class Optimiser(Protocol):
    """Makes the steps of one octave of its directions.

    compares: it compares directions, so it needs them all in one scale. The others are given them of mean
    magnitude about 1, which a step then has, too. evens: it makes the steps of all numbers alike, whatever
    their directions' magnitudes are.
    """

    compares: bool
    evens: bool

    def begin(self, place: Tensor, steps: int, /) -> State:
        """Return what it keeps before the first step; place: where that one starts, 1xCxHxW; steps: >= 1."""
        ...

    def towards(self, direction: Tensor, place: Tensor, state: State, /) -> tuple[Tensor, State]:
        """Compute the step from the next direction and the place where it was measured, and what it keeps."""
        ...


class Ascent:
    """Goes where the direction points."""

    compares = evens = False

    def begin(self, _place: Tensor, _steps: int) -> State:
        """Return nothing: each step is made by itself."""
        return ()

    def towards(self, direction: Tensor, _place: Tensor, _state: State) -> tuple[Tensor, State]:
        """Return the direction itself."""
        return direction, ()


class Adam:
    """Divides the moving mean of the directions by the root of that of their squares (Kingma and Ba 2015)."""

    compares, evens = False, True

    def begin(self, place: Tensor, _steps: int) -> State:
        """Return the two means, and what is left in them of their beginning, 1x1x1x1."""
        nothing, all_of_it = place.new_zeros(place.shape), place.new_ones(1, 1, 1, 1)
        return nothing, nothing, all_of_it, all_of_it

    def towards(self, direction: Tensor, _place: Tensor, state: State) -> tuple[Tensor, State]:
        """Compute the step from the next direction; about 1 where the directions agree."""
        mean, square, left, left_square = state
        keep, keep_square = BETAS
        mean = keep * mean + (1 - keep) * direction
        square = keep_square * square + (1 - keep_square) * (direction * direction)
        left, left_square = keep * left, keep_square * left_square
        step = (mean / (1 - left)) / ((square / (1 - left_square)).sqrt() + TINY)
        return step, (mean, square, left, left_square)


OPTIMISERS: Mapping[str, Callable[[], Optimiser]] = MappingProxyType(
    {"ascent": Ascent, "adam": Adam, "lbfgs": Lbfgs}
)
"""By the words of the settings."""
