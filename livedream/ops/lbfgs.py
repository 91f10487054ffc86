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
    every step is the same graph.
    """

    compares, evens = True, False

    def begin(self, place: Tensor, steps: int) -> tuple[Tensor, ...]:
        """Return the first gradient's size (0: not known), the flatness, the last place and gradient, pairs.

        The size and the flatness are 1x1x1x1. There are no more pairs than steps between steps, at first
        ones without a say.
        """
        zero, nothing = place.new_zeros(1, 1, 1, 1), place.new_zeros(place.shape)
        pairs = min(MEMORY, steps - 1) * Pair(nothing, nothing, zero)
        return zero, place.new_ones(1, 1, 1, 1), place, nothing, *pairs

    def towards(
        self, direction: Tensor, place: Tensor, state: tuple[Tensor, ...]
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Compute the step, of mean magnitude 1, from the next gradient 1xCxHxW and its place.

        direction: all in one scale, whichever that is: what is normalised anew each time tells no curvature.
        """
        size, flatness, last_place, last_gradient, *flat = state
        pairs = [Pair(*flat[at : at + 3]) for at in range(0, len(flat), 3)]
        size = torch.where(size > 0, size, direction.abs().mean(dim=(1, 2, 3), keepdim=True) + TINY)
        gradient = direction / size
        if pairs:
            # Before the first step there is no move: a pair of no move is no hill.
            pair, flatness = _pair(place - last_place, last_gradient - gradient, flatness)
            pairs = [*pairs[1:], pair]
        step = normalise(two_loops(gradient, pairs, flatness))
        return step, (size, flatness, place, gradient, *(tensor for pair in pairs for tensor in pair))


def _pair(move: Tensor, fall: Tensor, flatness: Tensor) -> tuple[Pair, Tensor]:
    """Return a pair, with weight 0 if the gradient rose, and the flatness: from the last pair of weight."""
    curved, square = _dot(move, fall), _dot(fall, fall)
    is_hill = curved > LEAST_COSINE * (_dot(move, move) * square).sqrt() + TINY**2
    inverse = is_hill.to(curved.dtype) / torch.where(is_hill, curved, 1.0)
    return Pair(move, fall, inverse), torch.where(is_hill, curved / (square + TINY**2), flatness)


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
