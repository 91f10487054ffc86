"""A network that can be dreamed with: its layers with their weights, in order, by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from torch import Tensor, nn

from livedream.dream.catalog import EMBEDDED_HEADS, EMBEDDED_STRIDES, NetworkInfo
from livedream.dream.layers import Affine, Chain, Convolution, Layer, Relu, Residual


class Network(nn.Module):
    """A trunk of layers, from the input on, and heads that sit on some of them.

    layers: the trunk by technical name. heads: technical name -> (name of the trunk layer below, head);
    only a dream of a head computes it. entry: turns an image in 0..1 into what the first layer takes; without
    one that is from -1 to 1.
    """

    def __init__(
        self,
        info: NetworkInfo,
        layers: Mapping[str, Layer],
        heads: Mapping[str, tuple[str, Layer]] | None = None,
        entry: Layer | None = None,
    ) -> None:
        super().__init__()
        self.info = info
        self.names = tuple(layers)
        self.layers = nn.ModuleList(layers.values())
        below = {name: trunk for name, (trunk, _) in (heads or {}).items()}
        self._below = {name: name for name in layers} | below
        self._heads = nn.ModuleDict({_key(name): head for name, (_, head) in (heads or {}).items()})
        self.entry: Layer = entry or Affine(2.0, -1.0)

    def below(self, layer: str) -> str:
        """Name the trunk layer that a head sits on; a trunk layer's own name."""
        return self._below[self.info.find(layer)]

    def down_to(self, layer: str) -> list[tuple[str, Layer]]:
        """List (name, layer) of the trunk from the input to `layer` or to what is below it, included."""
        last = self.names.index(self.below(layer))
        return [(name, self[name]) for name in self.names[: last + 1]]

    def head(self, name: str) -> Layer:
        """Return what lies between the trunk and `name`: nothing for a layer of the trunk itself."""
        technical = self.info.find(name)
        head = self._heads[_key(technical)] if technical not in self.names else Chain([])
        assert isinstance(head, Layer)
        return head

    def keep_salient(self, heads: Collection[str]) -> Network:
        """Leave of heads their salient channels alone. Gives the network itself."""
        for name in heads:
            (convolution,) = (part for part in self.head(name).modules() if isinstance(part, Convolution))
            convolution.keep(self.info.salient[name])
        return self

    def freeze(self) -> Network:
        """Work out once what depends on weights alone; they may change no more. Gives the network itself."""
        for module in self.modules():
            if isinstance(module, Convolution):
                module.freeze()
        return self

    def __getitem__(self, name: str) -> Layer:
        layer = self.layers[self.names.index(name)]
        assert isinstance(layer, Layer)
        return layer


def _key(name: str) -> str:
    return name.replace(".", "_")  # torch allows no dot in a module's name


def embedded_network(info: NetworkInfo, weights: Mapping[str, Tensor]) -> Network:
    """Put the embedded network together from weights by name. Raises KeyError for what is missing."""
    layers: dict[str, Layer] = {"stem": Chain([_convolution(weights, "stem", 4), Relu()])}
    for number, stride in enumerate(EMBEDDED_STRIDES):
        layers[f"block.{number}"] = _block(weights, f"block.{number}", stride)
    heads = {
        name: (below, Chain([_convolution(weights, name), Relu()])) for name, below in EMBEDDED_HEADS.items()
    }
    return Network(info, layers, heads)


def _block(weights: Mapping[str, Tensor], name: str, stride: int) -> Layer:
    """Depthwise, then project; the input is added where the shapes allow."""
    depthwise = _convolution(weights, f"{name}.depthwise", stride)
    project = _convolution(weights, f"{name}.project")
    body: Layer = Chain([depthwise, Relu(), project])
    out, channels = project.weight.shape[:2]
    adds = stride == 1 and out == channels
    return Chain([Residual(body) if adds else body, Relu()])


def _convolution(weights: Mapping[str, Tensor], name: str, stride: int = 1) -> Convolution:
    return Convolution(weights[f"{name}.weight"], weights[f"{name}.bias"], stride)
