"""The same work done again and again on what it left: engines may build it once and run it in a loop."""

from __future__ import annotations

from torch import Tensor, nn

LOOPED_FROM = 3
"""Times from which engines that have loops build the work once: for less, a graph of it all is as quickly
built, and needs no copies of what goes from one run to the next."""


class Loop(nn.Module):
    """Runs a module on what it gave before; here one run follows the other, unrolled in every trace.

    body: takes a tuple of tensors that are carried on, and tensors that stay; returns as many of the same
    shapes. times: >= 1.
    """

    def __init__(self, body: nn.Module, times: int) -> None:
        super().__init__()
        self.body, self.times = body, times

    def forward(self, carried: tuple[Tensor, ...], *fixed: Tensor) -> Tensor:
        """Return the first of the carried tensors after the last run."""
        for _ in range(self.times):
            carried = self.body(carried, *fixed)
        return carried[0]
