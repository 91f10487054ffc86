"""Layers side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import torch
from torch import Tensor, nn

from livedream.dream.layers import Layer, Saved


class Branches(Layer):
    """Layers that all see the same input; their outputs' channels one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Run all and concatenate; keep what each keeps and its channels."""
        outputs, saved = zip(*(layer.push(x) for layer in self.layers), strict=True)  # type: ignore[operator]
        return torch.cat(outputs, 1), (saved, [int(y.shape[1]) for y in outputs])

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Split the gradient, run all backwards and add up."""
        kept, channels = saved
        parts = zip(self.layers, kept, torch.split(grad, channels, 1), strict=True)
        pulled: list[Tensor] = [layer.pull(own, part) for layer, own, part in parts]  # type: ignore[operator]
        return reduce(torch.add, pulled)
