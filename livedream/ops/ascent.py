"""How steps are made of directions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from torch import Tensor

from livedream.ops.lbfgs import Lbfgs

BETAS = (0.9, 0.999)
TINY = 1e-8


class Optimiser(Protocol):
    """Makes the steps of one octave of its directions.

    compares: it compares directions, so it needs them all in one scale. The others are given them of mean
    magnitude about 1, which a step then has, too. evens: it makes the steps of all numbers alike, whatever
    their directions' magnitudes are.
    """

    compares: bool
    evens: bool

    def towards(self, direction: Tensor, place: Tensor, /) -> Tensor:
        """Compute the step from the next direction and the place where it was measured."""


class Ascent:
    """Goes where the direction points."""

    compares = evens = False

    def towards(self, direction: Tensor, _place: Tensor) -> Tensor:
        """Return the direction itself."""
        return direction


class Adam:
    """Divides the moving mean of the directions by the root of that of their squares (Kingma and Ba 2015)."""

    compares, evens = False, True

    def __init__(self) -> None:
        self._mean: Tensor | None = None
        self._square: Tensor | None = None
        self._steps = 0

    def towards(self, direction: Tensor, _place: Tensor) -> Tensor:
        """Compute the step from the next direction; about 1 where the directions agree."""
        keep, keep_square = BETAS
        square = direction * direction
        first, second = (1 - keep) * direction, (1 - keep_square) * square
        self._mean = first if self._mean is None else keep * self._mean + first
        self._square = second if self._square is None else keep_square * self._square + second
        self._steps += 1
        mean = self._mean / (1 - keep**self._steps)
        return mean / ((self._square / (1 - keep_square**self._steps)).sqrt() + TINY)


OPTIMISERS: Mapping[str, Callable[[], Optimiser]] = MappingProxyType(
    {"ascent": Ascent, "adam": Adam, "lbfgs": Lbfgs}
)
"""By the words of the settings; one is made for each octave."""
