"""From a plan and weights by name to a network."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Literal

import torch
from torch import Tensor

from livedream.dream.layers import Affine, Branches, Chain, Convolution, Layer, Relu, Residual
from livedream.dream.local_response import LocalResponse
from livedream.dream.network import Network
from livedream.dream.network_info import NetworkInfo
from livedream.dream.pooling import AveragePool, Every, MaxPool, Mean
from livedream.dream.zoo import plan as paper
from livedream.errors import InputError

Pooling = Literal["max", "average"]
"""What the max pools of a network become; the average is that of the pixels that lie inside the image."""


def build_network(info: NetworkInfo, weights: Mapping[str, Tensor], pooling: Pooling = "max") -> Network:
    """Put a network together from its weights by their published names, batch norm folded in.

    It computes in the number format of the weights; names that it does not need are ignored.
    Raises InputError that names what is missing or of another shape.
    """
    check_weights(info, weights)
    builder = _Builder(info.plan, weights, pooling)
    layers = {name: builder.chain(steps) for name, steps in info.plan.layers.items()}
    heads = {name: (below, builder.chain(steps)) for name, (below, steps) in info.plan.heads.items()}
    dtype = next(iter(weights.values())).dtype
    return Network(info, layers, heads, Affine(info.plan.scale, info.plan.shift, dtype))


def check_weights(info: NetworkInfo, weights: Mapping[str, Tensor]) -> None:
    """Raise InputError unless all weights are there with their shapes."""
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    faults = [
        f"{name} is {'x'.join(map(str, found[name])) or 'a number'}, not {'x'.join(map(str, shape))}"
        if name in found
        else f"{name} is missing"
        for name, shape in info.plan.tensors().items()
        if found.get(name) != shape
    ]
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise InputError(f"{info.file} is not the network {info.name}: {', '.join(faults[:3])}{more}")


def random_weights(info: NetworkInfo, seed: int) -> dict[str, Tensor]:
    """Make weights with the published names, seeded, float32.

    The convolutions are scaled so that activations keep their size through ReLUs (He et al. 2015); the
    batch norms are close to doing nothing.
    """
    random = torch.Generator().manual_seed(seed)

    def normal(shape: tuple[int, ...], mean: float, deviation: float) -> Tensor:
        return torch.randn(*shape, generator=random) * deviation + mean

    weights: dict[str, Tensor] = {}
    for step, channels in info.plan.convolutions():
        _, per_group, height, width = step.shape(channels)
        spread = sqrt(2 / (per_group * height * width))
        for name, shape in step.tensors(channels).items():
            if name == f"{step.weights}.weight":
                weights[name] = normal(shape, 0.0, spread)
            elif name.endswith((".weight", ".running_var")):
                weights[name] = normal(shape, 1.0, 0.05).abs()
            else:
                weights[name] = normal(shape, 0.0, 0.05)
    return weights


class _Builder:
    """Builds layers from steps with the weights of one network."""

    def __init__(self, plan: paper.Plan, weights: Mapping[str, Tensor], pooling: Pooling) -> None:
        self._weights, self._pooling, self._epsilon = weights, pooling, plan.epsilon
        (self._first, _), *_ = plan.convolutions()
        self._bgr = plan.bgr

    def chain(self, steps: paper.Steps) -> Layer:
        layers = [self._layer(step) for step in steps]
        return layers[0] if len(layers) == 1 else Chain(layers)

    def _layer(self, step: paper.Step) -> Layer:  # noqa: PLR0911
        match step:
            case paper.Conv():
                return self._convolution(step)
            case paper.Relu(ceiling):
                return Relu(ceiling)
            case paper.MaxPool():
                return self._max_pool(step)
            case paper.AveragePool(kernel, stride, padding):
                around = padding > 0
                return AveragePool(kernel, stride, padding, whole=around, zeros_count=around)
            case paper.LocalResponse():
                return LocalResponse()
            case paper.Mean():
                return Mean()
            case paper.Branches(ways):
                return Branches([self.chain(way) for way in ways])
            case paper.Residual(inside, shortcut):
                return Residual(self.chain(inside), self.chain(shortcut) if shortcut else None)

    def _max_pool(self, step: paper.MaxPool) -> Layer:
        if self._pooling == "max":
            return MaxPool(step.kernel, step.stride, step.padding, whole=step.whole)
        centred = step.kernel // 2 if step.stride == 1 else step.padding
        return AveragePool(step.kernel, step.stride, centred, whole=step.whole or step.stride == 1)

    def _convolution(self, step: paper.Conv) -> Layer:
        weight, bias = self._folded(step)
        if step is self._first and self._bgr:
            weight = weight.flip(1)
        if step.stride > min(step.kernel_hw):
            return Chain([Every(step.stride), Convolution(weight, bias, 1, step.padding_hw)])
        return Convolution(weight.contiguous(), bias, step.stride, step.padding_hw)

    def _folded(self, step: paper.Conv) -> tuple[Tensor, Tensor]:
        """Return weight and bias; a batch norm y = gain (x - mean) / deviation + bias is folded into them."""
        published = self._weights[f"{step.weights}.weight"]
        weight = published.reshape(step.out, -1, *step.kernel_hw)
        if not step.norm:
            return weight, self._weights[f"{step.weights}.bias"]
        gain, bias, mean, variance = (
            self._weights[f"{step.norm}.{part}"].double() for part in paper.NORM_PARTS
        )
        scale = gain / (variance + self._epsilon).sqrt()
        folded = (weight.double() * scale.reshape(-1, 1, 1, 1)).to(weight.dtype)
        return folded, (bias - mean * scale).to(weight.dtype)
