"""The way into a network: from an image in 0..1 to what its first layer was trained on."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from livedream.dream.layers import Layer, Saved


class Affine(Layer):
    """scale x + shift, each a number, or one for each channel: red, green, blue."""

    scale: Tensor
    shift: Tensor

    def __init__(
        self,
        scale: float | Sequence[float],
        shift: float | Sequence[float],
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        self.register_buffer("scale", _per_channel(scale, dtype), persistent=False)
        self.register_buffer("shift", _per_channel(shift, dtype), persistent=False)

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Scale and shift; the way back needs neither input nor output."""
        return x * self.scale + self.shift, None

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:  # noqa: ARG002
        """Scale the gradient, as it lies in memory: channels last."""
        return (grad.permute(0, 2, 3, 1) * self.scale.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _per_channel(values: float | Sequence[float], dtype: torch.dtype) -> Tensor:
    several = [values] if isinstance(values, (int, float)) else values
    return torch.tensor(several, dtype=dtype).reshape(1, -1, 1, 1)
