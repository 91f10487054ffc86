"""Pooling that knows its vector-Jacobian product: maxima, ties included, averages, and what skips pixels.

Where values tie, the gradient goes to the first arg max in the order of reading, as torch has it; after
a ReLU half of the windows tie. A window's maximum is that of the maxima of its rows, and its first arg
max is the first arg max of its first maximal row, so all of it is done along one axis after the other:
six taps instead of nine. What is left when the first taps have taken theirs is the last tap's.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.layers import Layer, Saved, spread

SHAPES = ((3, 1), (3, 2), (2, 2))
"""The (kernel, stride) that there are."""


class MaxPool(Layer):
    """The maximum of KxK windows.

    Stride 1 (K is 3): windows are centred on their pixels and cut at the border; the size stays.
    Stride 2 (K is 3 or 2): windows start at the even pixels, and the last may reach beyond the border, as
    with torch's ceil_mode: for K of 3 size // 2 pixels but at least one, for K of 2 half, rounded up.
    whole: the last window does not reach beyond the border, as without ceil_mode, unless it is the only one.
    padding: windows start that many pixels before the first; it goes with whole.
    """

    def __init__(self, kernel: int = 3, stride: int = 1, padding: int = 0, *, whole: bool = False) -> None:
        super().__init__()
        if (kernel, stride) not in SHAPES:
            raise ValueError(f"there is no max pool of {kernel}x{kernel} with stride {stride}")
        if padding and not (whole and stride == 2):
            raise ValueError("a max pool with padding has stride 2 and whole windows")
        self.kernel, self.stride, self.padding, self.whole = kernel, stride, padding, whole

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Pool along the rows, then across them; keep the places of the maxima."""
        if self.stride == 1:
            rows = F.max_pool2d(x, (1, 3), 1, (0, 1))
            y = F.max_pool2d(rows, (3, 1), 1, (1, 0))
            return y, (x, rows, y)
        windows = windows_hw(x, self.kernel, 2, self.padding, whole=self.whole)
        filled = framed(x, self.padding, [2 * (n + self.kernel - 2) for n in windows], _least(x))
        y = F.max_pool2d(filled, self.kernel, 2)
        return y, (filled, y, [int(n) for n in x.shape[2:]])

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Route each window's gradient to its first arg max; add up where windows overlap."""
        if self.stride == 1:
            x, rows, y = saved
            return _vjp_centred(x, rows, _vjp_centred(rows, y, grad, 2), 3)
        filled, y, (height, width) = saved
        pulled = _vjp_by_phases(filled, y, grad, self.kernel)
        start, end = self.padding, (self.padding + height, self.padding + width)
        return _filled(pulled[:, :, start : end[0], start : end[1]], (height, width), 0.0)


def windows_hw(x: Tensor, kernel: int, stride: int, padding: int, *, whole: bool) -> list[int]:
    """Count the windows down and across; there is at least one."""
    beyond = 0 if whole else stride - 1
    return [max(1, (int(n) + 2 * padding - kernel + beyond) // stride + 1) for n in x.shape[2:]]


def framed(x: Tensor, before: int, size_hw: Sequence[int], fill: float = 0.0) -> Tensor:
    """Put `before` rows and columns before an image; then continue it, or cut it, to a size."""
    height, width = (n - before for n in size_hw)
    if height < int(x.shape[2]) or width < int(x.shape[3]):
        x = x[:, :, :height, :width]
    if before:
        x = F.pad(x, (before, 0, before, 0), value=fill)
    return _filled(x, size_hw, fill)


def _filled(x: Tensor, size_hw: Sequence[int], fill: float) -> Tensor:
    """Continue an image below and to the right up to a size."""
    below, right = (new - int(old) for new, old in zip(size_hw, x.shape[2:], strict=True))
    return F.pad(x, (0, right, 0, below), value=fill) if below or right else x


def _least(x: Tensor) -> float:
    """Return the smallest number of a tensor's format, which is no window's maximum."""
    return torch.finfo(x.dtype).min


def _vjp_centred(x: Tensor, y: Tensor, grad: Tensor, axis: int) -> Tensor:
    """Carry the gradient back through windows of three along one axis."""
    first, middle, last = _shares([_shifted(x, 1, axis, _least(x)), x], y, grad)
    return middle + _shifted(first, -1, axis) + _shifted(last, 1, axis)


def _shifted(x: Tensor, by: int, axis: int, fill: float = 0.0) -> Tensor:
    """Move an image by pixels along an axis."""
    return F.pad(x, (by, -by) if axis == 3 else (0, 0, by, -by), value=fill)


def _shares(taps: Sequence[Tensor], y: Tensor, grad: Tensor) -> list[Tensor]:
    """Split windows' gradients between their taps: all of it to the first that is the maximum.

    taps: all but the last, whose share comes last.
    """
    shares = []
    for tap in taps:
        shares.append(torch.where(tap == y, grad, 0.0))
        grad = grad - shares[-1]
    return [*shares, grad]


def _vjp_by_phases(x: Tensor, y: Tensor, grad: Tensor, kernel: int) -> Tensor:
    """Carry the gradient back through windows that start at the even pixels.

    Pixels that lie alike between the windows are a phase: even or odd rows and columns. All is
    computed at the windows' resolution and put together by a pixel shuffle.
    """
    # One more window at the end, which has no gradient, makes all phases equally large.
    size_hw = [int(n) // 2 for n in x.shape[2:]]
    y, grad = (_filled(part, size_hw, 0.0) for part in (y, grad))
    phases = [[x[:, :, row::2, column::2] for column in (0, 1)] for row in (0, 1)]
    tops = [_maxima(row, kernel) for row in phases]
    grads = _vjp_phases(tops, y, grad, 2, kernel)
    rows = zip(phases, tops, grads, strict=True)
    return _shuffled(torch.cat([part for row in rows for part in _vjp_phases(*row, 3, kernel)], 1))


def _maxima(phases: Sequence[Tensor], kernel: int) -> Tensor:
    """Pool even and odd columns along the rows."""
    even, odd = phases
    top = torch.maximum(even, odd)
    return top if kernel == 2 else torch.maximum(top, _shifted(even, -1, 3, _least(even)))


def _vjp_phases(
    phases: Sequence[Tensor], y: Tensor, grad: Tensor, axis: int, kernel: int
) -> tuple[Tensor, Tensor]:
    """Carry the gradient back through windows along one axis, to its even and to its odd pixels."""
    first, second, *third = _shares(phases[: kernel - 1], y, grad)
    return (first + _shifted(third[0], 1, axis) if third else first), second


def _shuffled(phases: Tensor) -> Tensor:
    """Put four phases together that lie one after the other: 4CxHxW -> Cx2Hx2W.

    torch's pixel shuffle wants each channel's phases side by side; bringing them there costs engines more
    than all the rest. This they know as one operation, from depth to space.
    """
    count, channels, height, width = (int(n) for n in phases.shape)
    split = phases.reshape(count, 2, 2, channels // 4, height, width)
    return split.permute(0, 3, 4, 1, 5, 2).reshape(count, channels // 4, 2 * height, 2 * width)


class AveragePool(Layer):
    """The average of KxK windows, which lie as those of a max pool.

    padding: windows start that many pixels before the first. whole: as for MaxPool. zeros_count: pixels of
    a window that lie beyond the border count as zeros (torch's count_include_pad); else the average is that
    of the pixels inside.
    """

    def __init__(
        self, kernel: int, stride: int, padding: int = 0, *, whole: bool = False, zeros_count: bool = False
    ) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = kernel, stride, padding
        self.whole, self.zeros_count = whole, zeros_count

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Average; keep the size, and the share of each window that lies inside where some do not."""
        share = None if self.zeros_count else self._share(x)
        y = self._average(x)
        return (y if share is None else y / share), ([int(n) for n in x.shape[2:]], share)

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Spread to each pixel its part of the gradients of the windows that it lies in."""
        (height, width), share = saved
        if share is not None:
            grad = grad / share
        before = self.kernel - 1
        wide = grad if self.stride == 1 else spread(grad, self.stride)
        reach = [before + self.padding + n for n in (height, width)]
        pulled = F.avg_pool2d(framed(wide, before, reach), self.kernel, 1)
        return pulled[:, :, self.padding :, self.padding :] if self.padding else pulled

    def _average(self, x: Tensor) -> Tensor:
        """Average with zeros beyond the border."""
        windows = windows_hw(x, self.kernel, self.stride, self.padding, whole=self.whole)
        reach = [(n - 1) * self.stride + self.kernel for n in windows]
        return F.avg_pool2d(framed(x, self.padding, reach), self.kernel, self.stride)

    def _share(self, x: Tensor) -> Tensor | None:
        """Return the share of each window that lies inside the image; None where all do."""
        windows = windows_hw(x, self.kernel, self.stride, self.padding, whole=self.whole)
        # Not the average of an image of ones: OpenVINO averages no constant in bfloat16.
        down, across = (
            self._inside(count, int(side)) for count, side in zip(windows, x.shape[2:], strict=True)
        )
        if min(*down, *across) == 1:
            return None
        return _line(x, down).reshape(1, 1, -1, 1) * _line(x, across)

    def _inside(self, windows: int, side: int) -> list[float]:
        """Return the share of each window along one axis that lies inside the image."""
        starts = [self.stride * number - self.padding for number in range(windows)]
        return [(min(start + self.kernel, side) - max(start, 0)) / self.kernel for start in starts]


def _line(x: Tensor, numbers: Sequence[float]) -> Tensor:
    """Make numbers, most of which are 1, a tensor where x is; none is brought there from the host."""
    line = x.new_ones(len(numbers))
    for place, number in enumerate(numbers):
        if number != 1:
            line[place : place + 1] = number
    return line


class Mean(Layer):
    """The mean over all positions: one pixel."""

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Average; keep the size."""
        return x.mean((2, 3), keepdim=True), [int(n) for n in x.shape[2:]]

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Spread the gradient evenly."""
        height, width = saved
        even: Tensor = grad / (height * width)
        return even.expand(-1, -1, height, width)


class Every(Layer):
    """Every so many pixels, from the first on, down and across: the stride of a 1x1 convolution."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward_saving(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Skip what lies between; keep the size."""
        return x[:, :, :: self.stride, :: self.stride], [int(n) for n in x.shape[2:]]

    def vjp(self, saved: Saved, grad: Tensor) -> Tensor:
        """Put zeros in between."""
        return framed(spread(grad, self.stride), 0, saved)
