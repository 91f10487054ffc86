"""Layers that know their vector-Jacobian product, so that a gradient is a forward graph.

Engines such as OpenVINO and TensorRT have no autograd. Each layer here therefore has two halves:
`push` computes its output and keeps what the way back needs; `pull` maps the gradient at its output
to the gradient at its input. Both are made of plain operations, so a graph of both exports whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Saved = Any
"""What `push` keeps for `pull`: a tensor, nothing, or a tuple of such."""


class Layer(nn.Module, ABC):
    """One differentiable step of a network; inputs and outputs are NxCxHxW."""

    @abstractmethod
    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Give the output and what `pull` needs."""

    @abstractmethod
    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Map the gradient at the output to the gradient at the input."""

    def forward(self, x: Tensor) -> Tensor:
        """Give the output alone."""
        return self.push(x)[0]


class Convolution(Layer):
    """A convolution with bias: dense, 1x1, grouped or depthwise, stride 1 or 2.

    weight: OxI/gxKxK, K odd, zero padding K // 2 on all sides, so that stride 1 keeps the size and
    stride 2 halves it, rounded up.
    """

    def __init__(self, weight: Tensor, bias: Tensor, stride: int = 1) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride is 1 or 2, not {stride}")
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        self.stride, self.padding = stride, weight.shape[-1] // 2

    def _groups(self, in_channels: int) -> int:
        return in_channels // self.weight.shape[1]

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Convolve; keep the input's size, which the way back cannot know when it was odd."""
        in_channels, height, width = (int(n) for n in x.shape[1:])
        groups = self._groups(in_channels)
        y = F.conv2d(x, self.weight, self.bias, self.stride, self.padding, groups=groups)
        return y, (in_channels, height, width)

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Convolve with the transposed matrix."""
        in_channels, height, width = saved
        groups = self._groups(in_channels)
        if self.stride == 1:
            # A plain convolution with flipped, transposed weights: every engine runs it fast, and
            # OpenVINO has been seen to return garbage for stride-1 transposed convolutions.
            return F.conv2d(grad, _transposed(self.weight, groups), None, 1, self.padding, groups=groups)
        if groups == 1 and self.weight.shape[-1] == 3:
            return _pull_by_phases(self.weight, grad, (height, width))
        spread = _spread(grad, (height, width))
        return F.conv2d(spread, _transposed(self.weight, groups), None, 1, self.padding, groups=groups)


def _spread(grad: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Put zeros between the pixels, as a stride of 2 left out what lies between, and cut to size.

    Enlarging by repetition and masking is the way that engines do fast. The transposed depthwise
    convolution that it replaces takes OpenVINO thirty times longer in bfloat16 than in float32.
    """
    enlarged = F.interpolate(grad, scale_factor=2.0, mode="nearest")
    mask = grad.new_zeros(1, 1, *enlarged.shape[2:])
    mask[:, :, ::2, ::2] = 1
    return (enlarged * mask)[:, :, : size_hw[0], : size_hw[1]]


def _pull_by_phases(weight: Tensor, grad: Tensor, size_hw: tuple[int, int]) -> Tensor:
    """Transpose a dense 3x3 stride-2 convolution as one 2x2 convolution and a pixel shuffle.

    An even row of the input was seen by the middle tap alone, an odd one by the last tap of the
    output row before it and the first of the one after it; likewise for columns. Each of the four
    phases is a 2x2 convolution at the small size, which is twice as fast as transposing directly.
    """
    out, channels = weight.shape[:2]
    taps = weight.new_zeros(channels, 2, 2, out, 2, 2)
    for row, column in product(range(2), repeat=2):
        for y, x in product(*(((1, 0),) if odd == 0 else ((2, 0), (0, 1)) for odd in (row, column))):
            taps[:, row, column, :, y[1], x[1]] = weight[:, :, y[0], x[0]].T
    phases = F.conv2d(F.pad(grad, (0, 1, 0, 1)), taps.reshape(4 * channels, out, 2, 2))
    return F.pixel_shuffle(phases, 2)[:, :, : size_hw[0], : size_hw[1]]


def _transposed(weight: Tensor, groups: int) -> Tensor:
    """Flip the taps and swap in and out channels within each group."""
    out, per_group = weight.shape[:2]
    split = weight.flip(2, 3).reshape(groups, out // groups, per_group, *weight.shape[2:])
    return split.transpose(1, 2).reshape(groups * per_group, out // groups, *weight.shape[2:]).contiguous()


class Relu(Layer):
    """max(x, 0), or with a `ceiling` min(max(x, 0), ceiling); the gradient is 0 at both ends."""

    def __init__(self, ceiling: float | None = None) -> None:
        super().__init__()
        self.ceiling = ceiling

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Clamp; keep the output, which says where the gradient passes."""
        y = F.relu(x) if self.ceiling is None else torch.clamp(x, 0.0, self.ceiling)
        return y, y

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Let the gradient pass where the output is inside its range."""
        passes = saved > 0 if self.ceiling is None else (saved > 0) & (saved < self.ceiling)
        return torch.where(passes, grad, 0.0)


class Chain(Layer):
    """Layers one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Run all; keep what each keeps."""
        saved = []
        for layer in self.layers:
            x, kept = layer.push(x)  # type: ignore[operator]
            saved.append(kept)
        return x, saved

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Run all backwards."""
        for layer, kept in zip(reversed(self.layers), reversed(saved), strict=True):
            grad = layer.pull(kept, grad)  # type: ignore[operator]
        return grad


class Residual(Layer):
    """x + inside(x)."""

    def __init__(self, inside: Layer) -> None:
        super().__init__()
        self.inside = inside

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Add the inside's output to the input."""
        y, kept = self.inside.push(x)
        return x + y, kept

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Add the gradients of both ways."""
        return grad + self.inside.pull(saved, grad)
