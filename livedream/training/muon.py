"""Muon, the optimizer of matrices, in float32."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
MOMENTUM = 0.95


class Muon(torch.optim.Optimizer):
    """Make each step of a matrix orthogonal, with the momentum of Nesterov (Jordan et al. 2024).

    torch has one that works in bfloat16 alone: on a processor without it that is four fifths of a training.
    params: matrices. lr: the rate; a matrix with more rows than columns has sqrt(rows / columns) of it.
    """

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Take a step with those parameters that have a gradient."""
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is not None:
                    rows, columns = matrix.shape
                    rate = group["lr"] * math.sqrt(max(1, rows / columns))
                    matrix.sub_(orthogonal(self._direction(matrix)), alpha=rate)

    def _direction(self, matrix: Tensor) -> Tensor:
        assert matrix.grad is not None
        state = self.state[matrix]
        mean = state.setdefault("momentum", torch.zeros_like(matrix))
        mean.lerp_(matrix.grad, 1 - MOMENTUM)
        return matrix.grad.lerp(mean, MOMENTUM)


def orthogonal(matrix: Tensor) -> Tensor:
    """Bring all singular values of a matrix near 1, between 0.7 and 1.2, by Newton and Schulz's iteration."""
    a, b, c = COEFFICIENTS
    wide = matrix.mT if matrix.shape[0] > matrix.shape[1] else matrix
    x = wide / wide.norm().clamp_min(1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    turned_back: Tensor = x if wide is matrix else x.mT
    return turned_back
