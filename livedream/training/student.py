"""The student: the embedded network, its first weights, and the file it ends as."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from torch import Tensor

from livedream.dream.catalog import EMBEDDED_HEADS, NetworkInfo, embedded_info
from livedream.dream.layers import Chain, Convolution, Layer, Residual
from livedream.dream.network import Network, embedded_network
from livedream.errors import InputError

STEM_CHANNELS = 64
BLOCK_CHANNELS = (64, 128, 128, 128, 256, 256, 256, 256, 256, 256, 256)
HEAD_CHANNELS = {"head.4": 256, "head.6": 512, "head.8": 512, "head.11": 512}


def new_student(seed: int) -> Network:
    """Make a student that knows nothing yet."""
    random = torch.Generator().manual_seed(seed)
    weights: dict[str, Tensor] = {}
    for name, shape in _shapes().items():
        weights[f"{name}.weight"] = torch.randn(shape, generator=random) / math.sqrt(math.prod(shape[1:]))
        weights[f"{name}.bias"] = torch.zeros(shape[0])
    layers = {"stem": STEM_CHANNELS}
    layers |= {f"block.{number}": channels for number, channels in enumerate(BLOCK_CHANNELS)}
    info = NetworkInfo("embedded", Path("student"), layers | HEAD_CHANNELS, {})
    return embedded_network(info, weights).requires_grad_(True)


def _shapes() -> dict[str, tuple[int, int, int, int]]:
    """Return the shape of every convolution's weight by name, in the order of the network's parameters."""
    shapes = {"stem": (STEM_CHANNELS, 3, 8, 8)}
    below = (STEM_CHANNELS, *BLOCK_CHANNELS)
    for number, channels in enumerate(BLOCK_CHANNELS):
        shapes[f"block.{number}.depthwise"] = (below[number], 1, 3, 3)
        shapes[f"block.{number}.project"] = (channels, below[number], 1, 1)
    for head, block in EMBEDDED_HEADS.items():
        shapes[head] = (HEAD_CHANNELS[head], BLOCK_CHANNELS[int(block.removeprefix("block."))], 1, 1)
    return shapes


def weights_of(network: Network) -> dict[str, Tensor]:
    """Return a student's weights by the names that they have in its file; they are not copied."""
    names = [f"{name}.{part}" for name in _shapes() for part in ("weight", "bias")]
    return {name: weight.detach() for name, weight in zip(names, network.parameters(), strict=True)}


def trained_info(file: Path) -> NetworkInfo:
    """Return what is known of a saved student, of any width. Raises InputError if it is missing or none."""
    if not file.is_file():
        raise InputError(f"the network {file} is missing; give a trained network")
    return embedded_info(file, "give a trained network")


def save(weights: Mapping[str, Tensor], file: Path) -> None:
    """Write weights in half precision, in one go over what was there."""
    half = {name: weight.half().cpu().contiguous() for name, weight in weights.items()}
    partial = file.with_name(file.name + ".part")
    partial.write_bytes(to_bytes(half))
    partial.replace(file)


@torch.no_grad()
def take_over(network: Network, file: Path) -> None:
    """Load the weights of a saved student into a student. Raises InputError if the file is not one."""
    try:
        saved = load_file(file)
        for name, weight in weights_of(network).items():
            weight.copy_(saved[name])
    except FileNotFoundError as fault:
        raise InputError(f"the network {file} to start from is missing") from fault
    except (SafetensorError, OSError, KeyError, RuntimeError) as fault:
        reason = str(fault).splitlines()[0]
        raise InputError(f"{file} is not an embedded network to start from: {reason}") from fault


@torch.no_grad()
def balance(network: Network, images: Tensor, wanted: Mapping[str, Tensor]) -> None:
    """Scale first weights so that every channel varies by 1 on `images`, and by what is wanted at the heads.

    images: NCHW in 0..1. wanted: the teacher's activations by head. What batch norm does all the time is
    done once, before learning (Mishkin and Matas 2016), so that no batch norm has to be folded at the end.
    """
    x, outputs = network.entry(images), {}
    for name in network.names:
        x = outputs[name] = _balanced(network[name], x, 1.0)
    for head, activations in wanted.items():
        (convolution,) = (part for part in network.head(head).modules() if isinstance(part, Convolution))
        below = outputs[network.below(head)]
        _spread(convolution, below, activations.std((0, 2, 3)), activations.mean((0, 2, 3)))


def _balanced(layer: Layer, x: Tensor, spread: float) -> Tensor:
    """Scale all convolutions in a layer, the last one to `spread`; return its output."""
    if isinstance(layer, Chain):
        for place, inner in enumerate(layer.layers, 1):
            assert isinstance(inner, Layer)
            x = _balanced(inner, x, spread if place == len(layer.layers) else 1.0)
        return x
    if isinstance(layer, Residual):
        return x + _balanced(layer.inside, x, 0.5)  # a block begins as a small change
    if isinstance(layer, Convolution):
        channels = len(layer.bias)
        _spread(layer, x, x.new_full((channels,), spread), x.new_zeros(channels))
    return layer.forward_saving(x)[0]


def _spread(convolution: Convolution, x: Tensor, spread: Tensor, mean: Tensor) -> None:
    """Scale a convolution so that its outputs for `x` have this spread and mean in each channel."""
    outputs = convolution.forward_saving(x)[0]
    scale = spread / outputs.std((0, 2, 3)).clamp_min(1e-3)
    convolution.weight.mul_(scale.reshape(-1, 1, 1, 1))
    convolution.bias.copy_(mean + (convolution.bias - outputs.mean((0, 2, 3))) * scale)
