"""Steps that know how the gradient changes along the way: L-BFGS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from livedream.ops.gradient import TINY, normalise

MEMORY = 5
"""Pairs that are remembered."""

LEAST_COSINE = 1e-3
"""Between a move and the fall of the gradient along it: below that it is rounding, or no hill."""


class Pair(NamedTuple):
    """A move, by how much the gradient fell along it, and 1 / (move . fall); 0: the pair has no say."""

    move: Tensor
    fall: Tensor
    inverse: Tensor


class Lbfgs:
    """Divides the gradient by the curvature that the last steps met (Nocedal 1980, Liu and Nocedal 1989).

    Directions are maximised along, so where there is a hill the gradient falls on the way. A step on which it
    did not fall says nothing of where the top is, and is passed over. Plain tensor operations, no branches:
    the steps of an octave become one graph.
    """

    compares, evens = True, False

    def __init__(self) -> None:
        self._size: Tensor | None = None
        self._last: tuple[Tensor, Tensor] | None = None
        self._pairs: list[Pair] = []
        self._flatness: Tensor | float = 1.0

    def towards(self, direction: Tensor, place: Tensor) -> Tensor:
        """Compute the step, of mean magnitude 1, from the next gradient 1xCxHxW and its place.

        direction: all in one scale, whichever that is: what is normalised anew each time tells no curvature.
        """
        if self._size is None:
            self._size = direction.abs().mean(dim=(1, 2, 3), keepdim=True) + TINY
        gradient = direction / self._size
        if self._last is not None:
            self._remember(place - self._last[0], self._last[1] - gradient)
        self._last = place, gradient
        return normalise(two_loops(gradient, self._pairs, self._flatness))

    def _remember(self, move: Tensor, fall: Tensor) -> None:
        """Keep a pair, with weight 0 if the gradient rose; the last other pair gives the flatness."""
        curved, square = _dot(move, fall), _dot(fall, fall)
        is_hill = curved > LEAST_COSINE * (_dot(move, move) * square).sqrt() + TINY**2
        self._flatness = torch.where(is_hill, curved / (square + TINY**2), self._flatness)
        inverse = is_hill.to(curved.dtype) / torch.where(is_hill, curved, 1.0)
        self._pairs = [*self._pairs, Pair(move, fall, inverse)][-MEMORY:]


def two_loops(gradient: Tensor, pairs: Sequence[Pair], flatness: Tensor | float) -> Tensor:
    """Multiply a gradient by the inverse curvature estimated from pairs, oldest first (Nocedal 1980).

    flatness: 1 / curvature in the directions of which no pair tells.
    """
    shares = []
    for pair in reversed(pairs):
        share = pair.inverse * _dot(pair.move, gradient)
        gradient = gradient - share * pair.fall
        shares.append(share)
    gradient = flatness * gradient
    for pair, share in zip(pairs, reversed(shares), strict=True):
        gradient = gradient + (share - pair.inverse * _dot(pair.fall, gradient)) * pair.move
    return gradient


def _dot(a: Tensor, b: Tensor) -> Tensor:
    """Return the mean of the products: proportional to their sum, but small enough for any number format."""
    return (a * b).mean(dim=(1, 2, 3), keepdim=True)
