"""GoogLeNet with batch norm (Szegedy et al. 2015, Ioffe and Szegedy 2015), as torchvision has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import sqrt

import torch
from torch import Tensor

from livedream.dream.branches import Branches
from livedream.dream.catalog import NetworkInfo
from livedream.dream.googlenet_layers import INCEPTION, STEM
from livedream.dream.layers import Chain, Convolution, Layer, Relu
from livedream.dream.network import Network
from livedream.dream.pooling import MaxPool
from livedream.errors import InputError

BATCH_NORM_EPSILON = 1e-3


def googlenet(info: NetworkInfo, weights: Mapping[str, Tensor]) -> Network:
    """Put GoogLeNet together from torchvision's weights by name, batch norm folded into the convolutions.

    The network computes in the number format of the weights; names that it does not need are ignored.
    Raises InputError that names what is missing or of another shape.
    """
    _check(info, weights)
    layers = {name: _layer(name, weights) for name in info.layers}
    # torchvision's input is normalised by ImageNet's mean and deviation, and its weights come with
    # transform_input, which turns ((v - mean) / deviation) into that * deviation / 0.5 + (mean - 0.5) / 0.5:
    # (v - 0.5) / 0.5, alike for all channels. That is the range from -1 to 1, which a Network has.
    return Network(info, layers)


def random_weights(seed: int) -> dict[str, Tensor]:
    """Make weights with torchvision's names, seeded, float32.

    The convolutions are scaled so that activations keep their size through ReLUs (He et al. 2015); the
    batch norms are close to doing nothing.
    """
    random = torch.Generator().manual_seed(seed)

    def normal(*shape: int, mean: float, deviation: float) -> Tensor:
        return torch.randn(*shape, generator=random) * deviation + mean

    weights: dict[str, Tensor] = {}
    for name, (out, channels, kernel) in _convolutions():
        deviation = sqrt(2 / (channels * kernel**2))
        weights[f"{name}.conv.weight"] = normal(out, channels, kernel, kernel, mean=0.0, deviation=deviation)
        weights[f"{name}.bn.weight"] = normal(out, mean=1.0, deviation=0.05)
        weights[f"{name}.bn.bias"] = normal(out, mean=0.0, deviation=0.05)
        weights[f"{name}.bn.running_mean"] = normal(out, mean=0.0, deviation=0.05)
        weights[f"{name}.bn.running_var"] = normal(out, mean=1.0, deviation=0.05).abs()
    return weights


def _convolutions() -> Iterator[tuple[str, tuple[int, int, int]]]:
    """List all convolutions: name, (output channels, input channels, kernel)."""
    for name, (channels, out, kernel) in STEM.items():
        yield name, (out, channels, kernel)
    for name, (channels, b1, reduced2, b2, reduced3, b3, b4) in INCEPTION.items():
        yield f"{name}.branch1", (b1, channels, 1)
        yield f"{name}.branch2.0", (reduced2, channels, 1)
        yield f"{name}.branch2.1", (b2, reduced2, 3)
        yield f"{name}.branch3.0", (reduced3, channels, 1)
        # The paper has 5x5 here; torchvision's weights, which came from TensorFlow, have 3x3.
        yield f"{name}.branch3.1", (b3, reduced3, 3)
        yield f"{name}.branch4.1", (b4, channels, 1)


def _shapes() -> dict[str, tuple[int, ...]]:
    """List the tensors that are needed with their shapes."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, (out, channels, kernel) in _convolutions():
        shapes[f"{name}.conv.weight"] = (out, channels, kernel, kernel)
        shapes |= {f"{name}.bn.{part}": (out,) for part in ("weight", "bias", "running_mean", "running_var")}
    return shapes


def _check(info: NetworkInfo, weights: Mapping[str, Tensor]) -> None:
    """Raise InputError unless all weights are there with their shapes."""
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    faults = [
        f"{name} is {'x'.join(map(str, found[name])) or 'a number'}, not {'x'.join(map(str, shape))}"
        if name in found
        else f"{name} is missing"
        for name, shape in _shapes().items()
        if found.get(name) != shape
    ]
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise InputError(f"{info.file} is not the network {info.name}: {', '.join(faults[:3])}{more}")


def _layer(name: str, weights: Mapping[str, Tensor]) -> Layer:
    """Build a layer of the trunk."""
    if name == "maxpool4":
        return MaxPool(2, 2)
    if name.startswith("maxpool"):
        return MaxPool(3, 2)
    if name in STEM:
        return _convolution(name, weights, stride=2 if name == "conv1" else 1)
    return Branches(
        [
            _convolution(f"{name}.branch1", weights),
            *(
                Chain([_convolution(f"{name}.branch{n}.{place}", weights) for place in (0, 1)])
                for n in (2, 3)
            ),
            Chain([MaxPool(3, 1), _convolution(f"{name}.branch4.1", weights)]),
        ]
    )


def _convolution(name: str, weights: Mapping[str, Tensor], stride: int = 1) -> Layer:
    """Build a convolution with its batch norm folded into it, and its ReLU."""
    weight = weights[f"{name}.conv.weight"]
    gain, bias, mean, variance = (
        weights[f"{name}.bn.{part}"].double() for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gain / (variance + BATCH_NORM_EPSILON).sqrt()
    folded = (weight.double() * scale.reshape(-1, 1, 1, 1)).to(weight.dtype)
    shift = (bias - mean * scale).to(weight.dtype)
    return Chain([Convolution(folded, shift, stride, padding=weight.shape[-1] // 2), Relu()])
