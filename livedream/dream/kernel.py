"""The kernel: all octaves and steps of one frame as one graph, for one engine call."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.dream.spec import KernelSpec
from livedream.ops.gradient import gaussian_taps, normalise, smooth
from livedream.ops.jitter import roll
from livedream.ops.pyramid import Resize, octave_sizes


class Direction(nn.Module):
    """Where one step goes: the input gradient, smoothed at `smoothing_px`, normalised.

    The network computes in the number format of its weights, the rest in that of the picture.
    """

    def __init__(self, network: Network, layers: Sequence[str], smoothing_px: float) -> None:
        super().__init__()
        self.gradient = InputGradient(network, {layer: L2() for layer in layers})
        self.register_buffer("taps", gaussian_taps(smoothing_px))

    def forward(self, x: Tensor, rough: Tensor, *controls: Tensor) -> Tensor:
        """Give the direction at an image 1x3xHxW; rough: weight of the unsmoothed gradient beside it."""
        dtype = next(self.gradient.parameters()).dtype
        gradient = self.gradient(x.to(dtype), [control.to(dtype) for control in controls]).to(x.dtype)
        assert isinstance(self.taps, Tensor)
        return normalise(smooth(gradient, self.taps) + rough * gradient)


class Kernel(nn.Module):
    """Dreams one image: for each octave, small to large, `steps` of normalised gradient ascent.

    Each octave starts from the image at its own size plus what the smaller ones grew (Mordvintsev
    et al. 2015), so the image's own sharpness survives the resizing.
    repeated: the part that every step runs anew, which an engine may compile by itself.
    """

    def __init__(self, network: Network, spec: KernelSpec) -> None:
        super().__init__()
        self.repeated: nn.Module = Direction(network, spec.layers, spec.smoothing_px)
        self.sizes = octave_sizes(spec.size_hw, spec.octaves, spec.octave_scale)
        self.shrink = nn.ModuleList(Resize(spec.size_hw, size_hw) for size_hw in self.sizes)
        self.grow = nn.ModuleList(Resize(a, b) for a, b in pairwise(self.sizes))
        self.steps = spec.steps

    def forward(self, image: Tensor, step: Tensor, shifts_px: Tensor, *controls: Tensor) -> Tensor:
        """Give the dream, 1x3xHxW in 0..1.

        image: 1x3xHxW, the warm start included; clamped to 0..1. step: (step_size, weight of the unsmoothed
        gradient), both floats. shifts_px: int64, octaves x 2, the jitter of each octave.
        controls: one for each tap.
        """
        image = torch.clamp(image, 0.0, 1.0)
        # The growth is carried by itself and added to the picture at the very end: as a small number
        # it keeps its precision in half formats, where a picture moves in steps of 1/256.
        growth: Tensor | None = None
        for octave, shift_px in enumerate(shifts_px.unbind()[: len(self.sizes)]):
            base = roll(self.shrink[octave](image), shift_px)
            grown = None if growth is None else roll(self.grow[octave - 1](growth), shift_px)
            growth = roll(self._ascend(base, grown, step, controls), -shift_px)
        assert growth is not None
        return torch.clamp(image + growth, 0.0, 1.0)

    def _ascend(
        self, base: Tensor, grown: Tensor | None, step: Tensor, controls: tuple[Tensor, ...]
    ) -> Tensor:
        """Give what has grown on `base` after the steps of one octave; None: nothing before."""
        for _ in range(self.steps):
            x = base if grown is None else torch.clamp(base + grown, 0.0, 1.0)
            stride = step[0] * self.repeated(x, step[1], *controls)
            grown = stride if grown is None else grown + stride
        assert grown is not None
        return grown


def make_kernel(spec: KernelSpec, number_format: str = "float32") -> Kernel:
    """Build a spec's kernel with its network's weights, ready to run or to compile.

    number_format: what the network computes in, as torch names it.
    """
    network = load_network(network_info(spec.network)).to(getattr(torch, number_format)).freeze()
    return Kernel(network, spec).eval().requires_grad_(False)
