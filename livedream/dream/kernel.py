"""The kernel: all octaves and steps of one frame as one graph, for one engine call."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.network import Network, load_network
from livedream.dream.objective import L2
from livedream.dream.spec import KernelSpec
from livedream.ops.gradient import gaussian_taps, normalise, smooth
from livedream.ops.jitter import roll
from livedream.ops.pyramid import Resize, octave_sizes


class Kernel(nn.Module):
    """Dreams one image: for each octave, small to large, `steps` of normalised gradient ascent.

    Each octave starts from the image at its own size plus the detail that the smaller ones grew
    (Mordvintsev et al. 2015), so the image's own sharpness survives the resizing.
    """

    def __init__(self, network: Network, spec: KernelSpec) -> None:
        super().__init__()
        self.gradient = InputGradient(network, {layer: L2() for layer in spec.layers})
        self.sizes = octave_sizes(spec.size_hw, spec.octaves, spec.octave_scale)
        self.shrink = nn.ModuleList(Resize(spec.size_hw, size_hw) for size_hw in self.sizes)
        self.grow = nn.ModuleList(Resize(a, b) for a, b in pairwise(self.sizes))
        self.steps = spec.steps
        self.register_buffer("taps", gaussian_taps(spec.smoothing_px))

    def forward(self, image: Tensor, step: Tensor, shifts_px: Tensor, *controls: Tensor) -> Tensor:
        """Give the dream, 1x3xHxW in 0..1.

        image: 1x3xHxW, the warm start included; clamped to 0..1. step: (step_size, weight of the unsmoothed
        gradient), both floats. shifts_px: int64, octaves x 2, the jitter of each octave.
        controls: one for each tap.
        """
        image = torch.clamp(image, 0.0, 1.0)
        dream: Tensor = self.shrink[0](image)
        base = dream
        for octave in range(len(self.sizes)):
            if octave > 0:
                detail = dream - base
                base = self.shrink[octave](image)
                dream = base + self.grow[octave - 1](detail)
            dream = self._ascend(dream, step, shifts_px[octave], controls)
        return dream

    def _ascend(self, x: Tensor, step: Tensor, shift_px: Tensor, controls: tuple[Tensor, ...]) -> Tensor:
        x = roll(x, shift_px)
        for _ in range(self.steps):
            x = torch.clamp(x + step[0] * self._direction(x, step[1], controls), 0.0, 1.0)
        return roll(x, -shift_px)

    def _direction(self, x: Tensor, rough: Tensor, controls: tuple[Tensor, ...]) -> Tensor:
        gradient = self.gradient(x, controls)
        assert isinstance(self.taps, Tensor)
        return normalise(smooth(gradient, self.taps) + rough * gradient)


def make_kernel(spec: KernelSpec) -> Kernel:
    """Build a spec's kernel with its network's weights, ready to run or to compile."""
    return Kernel(load_network(network_info(spec.network)), spec).eval().requires_grad_(False)
