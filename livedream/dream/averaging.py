"""Averages that know their vector-Jacobian product: of windows, of all positions, and what skips pixels."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

from livedream.dream.layers import Layer, Saved, spread
from livedream.dream.pooling import framed, windows_hw


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

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Average; keep the size, and the share of each window that lies inside where some do not."""
        share = None if self.zeros_count else self._share(x)
        y = self._average(x)
        return (y if share is None else y / share), ([int(n) for n in x.shape[2:]], share)

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Give each pixel its part of the gradients of the windows that it lies in."""
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
        """Give the share of each window that lies inside the image; None where all do."""
        windows = windows_hw(x, self.kernel, self.stride, self.padding, whole=self.whole)
        # Not the average of an image of ones: OpenVINO averages no constant in bfloat16.
        down, across = (
            self._inside(count, int(side)) for count, side in zip(windows, x.shape[2:], strict=True)
        )
        if min(*down, *across) == 1:
            return None
        return _line(x, down).reshape(1, 1, -1, 1) * _line(x, across)

    def _inside(self, windows: int, side: int) -> list[float]:
        """Give the share of each window along one axis that lies inside the image."""
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

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Average; keep the size."""
        return x.mean((2, 3), keepdim=True), [int(n) for n in x.shape[2:]]

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Spread the gradient evenly."""
        height, width = saved
        even: Tensor = grad / (height * width)
        return even.expand(-1, -1, height, width)


class Every(Layer):
    """Every so many pixels, from the first on, down and across: the stride of a 1x1 convolution."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def push(self, x: Tensor) -> tuple[Tensor, Saved]:
        """Skip what lies between; keep the size."""
        return x[:, :, :: self.stride, :: self.stride], [int(n) for n in x.shape[2:]]

    def pull(self, saved: Saved, grad: Tensor) -> Tensor:
        """Put zeros in between."""
        return framed(spread(grad, self.stride), 0, saved)
