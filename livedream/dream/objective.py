"""Objectives as seeds: the gradient of what is maximised with respect to a layer's activations.

Everything an objective needs at run time is a tensor input of the kernel, so turning a knob never
rebuilds an engine; which objective it is decides the graph.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Objective(Protocol):
    """Something about activations that is maximised."""

    def seed(self, activations: Tensor, control: Tensor) -> Tensor:
        """Give d objective / d activations, of the shape of `activations` (1xCxHxW).

        control: the objective's run-time input.
        """
        ...


class L2:
    """sum of w a^2 / 2 over all positions and channels; its seed is w a.

    With equal weights this is the L2 norm of the whole layer (DeepDream's own objective); with a
    weight for each channel (control: 1xCx1x1) it picks channels, and a negative weight suppresses one.
    """

    def seed(self, activations: Tensor, control: Tensor) -> Tensor:
        """Weigh the activations."""
        return activations * control
