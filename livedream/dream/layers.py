"""Layers that know their vector-Jacobian product, so that a gradient is a forward graph.

Engines such as OpenVINO and TensorRT have no autograd. Each layer here therefore has two halves:
`forward_saving` computes its output and keeps what the way back needs; `vjp` maps the gradient at its output
to the gradient at its input. Both are made of plain operations, so a graph of both exports whole.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livedream.ops.layout import as_image

Saved = Any
"""What `forward_saving` keeps for `vjp`: a tensor, nothing, or a tuple of such."""


class Layer(nn.Module, ABC):
    """One differentiable step of a network; inputs and outputs are NxCxHxW."""

    @abstractmethod
    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Return the output and what `vjp` needs."""

    @abstractmethod
    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Map the gradient at the output to the gradient at the input."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the output alone."""
        return self.forward_saving(x)[0]


class Convolution(Layer):
    """A convolution with bias: dense, 1x1, grouped or depthwise, of any stride.

    weight: OxI/gxKxL with K and L >= stride. padding: zeros on each side, from 0 to K - 1, or one number for
    the rows and one for the columns; the output has (size + 2 padding - K) // stride + 1 pixels but at least
    one, for which zeros are added after the last. Without it the output has ceil(size / stride) pixels;
    (K - stride) // 2 zeros lie before the first pixel and as many after the last as are needed: where the
    stride divides the size that is the padding "same" of TensorFlow.
    """

    _kept: Tensor | None

    def __init__(
        self, weight: Tensor, bias: Tensor, stride: int = 1, padding: int | tuple[int, int] | None = None
    ) -> None:
        super().__init__()
        height, width = weight.shape[2:]
        if not 1 <= stride <= min(height, width):
            raise ValueError(f"stride must be from 1 to the kernel's size, not {stride}")
        self.padding_hw = (padding, padding) if isinstance(padding, int) else padding
        if self.padding_hw and not (0 <= self.padding_hw[0] < height and 0 <= self.padding_hw[1] < width):
            raise ValueError(f"padding must be from 0 to one less than the kernel's size, not {padding}")
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        self.stride, self.kernel_hw = stride, (height, width)
        self.before_hw = self.padding_hw or ((height - stride) // 2, (width - stride) // 2)
        self.register_buffer("_kept", None, persistent=False)
        self._kept_groups = 0

    def keep(self, outputs: Sequence[int]) -> None:
        """Leave some of the output channels alone, by their numbers."""
        numbers = list(outputs)
        self.weight = nn.Parameter(self.weight[numbers], requires_grad=False)
        self.bias = nn.Parameter(self.bias[numbers], requires_grad=False)

    def freeze(self) -> None:
        """Work the weights of the way back out once, for weights that change no more.

        Else every step of every frame flips them anew where no engine folds what is constant.
        """
        self._kept_groups = len(self.weight) if self.weight.shape[1] == 1 else 1
        self._kept = self._way_back(self._kept_groups).detach().clone()

    def _way_back(self, groups: int) -> Tensor:
        if self._kept is not None and groups == self._kept_groups:
            return self._kept
        strided = groups == 1 and self.stride > 1
        return _phases(self.weight, self.stride) if strided else _transposed(self.weight, groups)

    def _after(self, size: int, axis: int) -> int:
        """Count the zeros after the last of `size` pixels; axis: 0 for rows, 1 for columns."""
        kernel, before = self.kernel_hw[axis], self.before_hw[axis]
        if self.padding_hw is not None:
            return max(before, kernel - size - before)
        return (-(-size // self.stride) - 1) * self.stride + kernel - size - before

    def _groups(self, in_channels: int) -> int:
        return in_channels // self.weight.shape[1]

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Convolve; keep the input's size, which the way back cannot know."""
        in_channels, *size_hw = (int(n) for n in x.shape[1:])
        x, padding = _padded(x, self.before_hw, [self._after(n, axis) for axis, n in enumerate(size_hw)])
        groups = self._groups(in_channels)
        y = F.conv2d(x, self.weight, self.bias, self.stride, padding, groups=groups)
        return y, (in_channels, size_hw)

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Convolve with the transposed matrix."""
        in_channels, size_hw = saved
        groups = self._groups(in_channels)
        if groups == 1 and self.stride > 1:
            return self._vjp_by_phases(grad, size_hw)
        # A plain convolution with flipped, transposed weights: every engine runs it fast, and
        # OpenVINO has been seen to return garbage for stride-1 transposed convolutions.
        wide = grad if self.stride == 1 else spread(grad, self.stride)
        sizes = zip(size_hw, wide.shape[2:], self.before_hw, strict=True)
        after = [n - small + before for n, small, before in sizes]
        around = [side - 1 - before for side, before in zip(self.kernel_hw, self.before_hw, strict=True)]
        wide, padding = _padded(wide, around, after)
        return F.conv2d(wide, self._way_back(groups), None, 1, padding, groups=groups)

    def _vjp_by_phases(self, grad: Tensor, size_hw: Sequence[int]) -> Tensor:
        """Transpose a dense strided convolution as one small convolution and a pixel shuffle.

        Input pixels that lie alike between the strides (a phase) were seen by the same taps: K / stride
        of them. All phases together are one convolution at the small size, twice as fast as transposing
        directly.
        """
        phases, (above, left) = self._way_back(1), self.before_hw
        sizes = zip(size_hw, grad.shape[2:], self.before_hw, strict=True)
        after = [(n - 1 + before) // self.stride + 1 - small for n, small, before in sizes]
        padded, padding = _padded(grad, [taps - 1 for taps in phases.shape[2:]], after)
        lines = _shuffled(F.conv2d(padded, phases, None, 1, padding), self.stride)
        channels = int(phases.shape[0]) // self.stride**2
        cut = lines[:, above : above + size_hw[0], left * channels : (left + size_hw[1]) * channels]
        return as_image(cut, channels)


def _padded(x: Tensor, before: Sequence[int], after: Sequence[int]) -> tuple[Tensor, tuple[int, int]]:
    """Put zeros around an image, or leave that to the convolution where it can: (image, padding left to do).

    before, after: for rows and columns. A negative number of zeros cuts.
    """
    (above, left), (below, right) = before, after
    if (above, left) == (below, right):
        return x, (above, left)
    return F.pad(x, (left, right, above, below)), (0, 0)


def spread(grad: Tensor, stride: int) -> Tensor:
    """Put zeros between the pixels, as a stride left out what lies between, and after the last.

    Enlarging by repetition and masking is the way that engines do fast. The transposed depthwise
    convolution that it replaces takes OpenVINO thirty times longer in bfloat16 than in float32.
    """
    enlarged = F.interpolate(grad, scale_factor=float(stride), mode="nearest")
    mask = grad.new_zeros(1, 1, *enlarged.shape[2:])
    mask[:, :, ::stride, ::stride] = 1
    return enlarged * mask


def _phases(weight: Tensor, stride: int) -> Tensor:
    """Sort the taps of a dense convolution by the phase of the input pixel that they see.

    OxIxKxL -> (stride^2 I)xOxTxU with T = K / stride and U = L / stride, rounded up.
    """
    out, channels, height, width = weight.shape
    down, across = -(-height // stride), -(-width // stride)
    filled = F.pad(weight, (0, across * stride - width, 0, down * stride - height))
    split = filled.reshape(out, channels, down, stride, across, stride).flip(2, 4)
    return split.permute(3, 5, 1, 0, 2, 4).reshape(stride**2 * channels, out, down, across)


def _shuffled(phases: Tensor, stride: int) -> Tensor:
    """Put phases together that lie one after the other: (stride^2 C)xHxW -> lines of Cx(stride H)x(stride W).

    As activations lie in memory, whole runs of a row are moved so; torch's pixel shuffle, which wants each
    channel's phases side by side, moves single numbers.
    """
    count, _, height, width = (int(n) for n in phases.shape)
    runs = phases.permute(0, 2, 3, 1).reshape(count, height, width, stride, -1)
    return runs.transpose(2, 3).reshape(count, height * stride, -1)


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

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Clamp; keep the output, which shows where the gradient passes."""
        y = F.relu(x) if self.ceiling is None else torch.clamp(x, 0.0, self.ceiling)
        return y, y

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Pass the gradient where the output is inside its range."""
        if self.ceiling is None and grad.requires_grad:
            # The same in one pass, which engines do not know: a tenth of a step of training.
            passed: Tensor = torch.ops.aten.threshold_backward(grad, saved, 0)
            return passed
        passes = saved > 0 if self.ceiling is None else (saved > 0) & (saved < self.ceiling)
        return torch.where(passes, grad, 0.0)


class Chain(Layer):
    """Layers one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Run all; keep what each keeps."""
        saved = []
        for layer in self.layers:
            x, kept = layer.forward_saving(x)  # type: ignore[operator]
            saved.append(kept)
        return x, saved

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Run all backwards."""
        for layer, kept in zip(reversed(self.layers), reversed(saved), strict=True):
            grad = layer.vjp(kept, grad)  # type: ignore[operator]
        return grad


class Residual(Layer):
    """shortcut(x) + inside(x); without a shortcut x + inside(x)."""

    def __init__(self, inside: Layer, shortcut: Layer | None = None) -> None:
        super().__init__()
        self.inside, self.shortcut = inside, shortcut or Chain([])

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Add both outputs."""
        y, kept = self.inside.forward_saving(x)
        past, kept_past = self.shortcut.forward_saving(x)
        return past + y, (kept, kept_past)

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Add the gradients of both ways."""
        kept, kept_past = saved
        return self.shortcut.vjp(kept_past, grad) + self.inside.vjp(kept, grad)


class Branches(Layer):
    """Layers that all see the same input; their outputs' channels one after the other."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Run all and concatenate; keep what each keeps and its channels."""
        outputs, saved = zip(*(layer.forward_saving(x) for layer in self.layers), strict=True)  # type: ignore[operator]
        return torch.cat(outputs, 1), (saved, [int(y.shape[1]) for y in outputs])

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Split the gradient, run all backwards and add up."""
        kept, channels = saved
        parts = zip(self.layers, kept, torch.split(grad, channels, 1), strict=True)
        pulled: list[Tensor] = [layer.vjp(own, part) for layer, own, part in parts]  # type: ignore[operator]
        return reduce(torch.add, pulled)


class Affine(Layer):
    """scale x + shift, each a number, or one for each channel (red, green, blue): the way into a network."""

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

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Scale and shift; the way back needs neither input nor output."""
        return x * self.scale + self.shift, None

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:  # noqa: ARG002
        """Scale the gradient, as it lies in memory: channels last."""
        return (grad.permute(0, 2, 3, 1) * self.scale.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _per_channel(values: float | Sequence[float], dtype: torch.dtype) -> Tensor:
    several = [values] if isinstance(values, (int, float)) else values
    return torch.tensor(several, dtype=dtype).reshape(1, -1, 1, 1)
