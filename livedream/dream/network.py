"""A network that can be dreamed with: its layers with their weights, in order, by name."""

from __future__ import annotations

from collections.abc import Mapping

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from livedream.dream.catalog import EMBEDDED_STRIDES, NetworkInfo
from livedream.dream.layers import Chain, Convolution, Layer, Relu, Residual
from livedream.errors import InputError


class Network(nn.Module):
    """Layers by technical name, from the input on.

    input_range: what 0 and 1 of an image become before the first layer.
    """

    def __init__(self, info: NetworkInfo, layers: Mapping[str, Layer]) -> None:
        super().__init__()
        self.info = info
        self.names = tuple(layers)
        self.layers = nn.ModuleList(layers.values())
        self.input_range = (-1.0, 1.0)

    def down_to(self, layer: str) -> list[tuple[str, Layer]]:
        """List (name, layer) from the input to `layer`, which is included."""
        last = self.names.index(self.info.find(layer))
        return [(name, self[name]) for name in self.names[: last + 1]]

    def __getitem__(self, name: str) -> Layer:
        layer = self.layers[self.names.index(name)]
        assert isinstance(layer, Layer)
        return layer


def load_network(info: NetworkInfo) -> Network:
    """Load a network's weights (float32).

    Raises InputError if the file is missing, damaged or another network's.
    """
    try:
        weights = {name: tensor.float() for name, tensor in load_file(info.file).items()}
        return Network(info, _embedded_layers(weights))
    except FileNotFoundError as fault:
        raise InputError(f"the network file {info.file} is missing; install livedream again") from fault
    except (SafetensorError, OSError) as fault:
        raise InputError(
            f"the network file {info.file} is damaged ({fault}); install livedream again"
        ) from fault
    except KeyError as fault:
        raise InputError(f"{info.file} is not the network {info.name}: it lacks {fault}") from fault


def _embedded_layers(weights: Mapping[str, Tensor]) -> dict[str, Layer]:
    layers: dict[str, Layer] = {"stem": Chain([_convolution(weights, "stem", 2), Relu()])}
    for number, stride in enumerate(EMBEDDED_STRIDES):
        layers[f"block.{number}"] = _block(weights, f"block.{number}", stride)
    return layers


def _block(weights: Mapping[str, Tensor], name: str, stride: int) -> Layer:
    """Expand (if it has one), depthwise, project; the input is added where the shapes allow."""
    inside: list[Layer] = [
        _convolution(weights, f"{name}.depthwise", stride), Relu(), _convolution(weights, f"{name}.project")
    ]  # fmt: skip
    in_channels = weights[f"{name}.depthwise.weight"].shape[0]
    if f"{name}.expand.weight" in weights:
        inside = [_convolution(weights, f"{name}.expand"), Relu(), *inside]
        in_channels = weights[f"{name}.expand.weight"].shape[1]
    body: Layer = Chain(inside)
    adds = stride == 1 and in_channels == weights[f"{name}.project.weight"].shape[0]
    return Chain([Residual(body) if adds else body, Relu()])


def _convolution(weights: Mapping[str, Tensor], name: str, stride: int = 1) -> Convolution:
    return Convolution(weights[f"{name}.weight"], weights[f"{name}.bias"], stride)
