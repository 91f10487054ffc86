"""What a network is made of, on paper: steps with their shapes and the names of their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
"""The tensors of a batch norm, as torch names them."""


@dataclass(frozen=True)
class Conv:
    """A convolution with a bias, or with the batch norm after it.

    weights: its tensors' names without ".weight" and ".bias". out: channels of its output.
    padding_hw: zeros on each side; None: as many as TensorFlow's "same" has. norm: the batch norm's name, ""
    without. depthwise: each channel by itself. flat: published as the matrix of a fully connected layer,
    whose rows are read channel by channel, row by row.
    """

    weights: str
    out: int
    kernel_hw: tuple[int, int] = (1, 1)
    stride: int = 1
    padding_hw: tuple[int, int] | None = (0, 0)
    norm: str = ""
    depthwise: bool = False
    flat: bool = False

    def shape(self, channels: int) -> tuple[int, int, int, int]:
        """Return the shape of its weights, out x in x height x width, for an input of `channels`."""
        return (self.out, 1 if self.depthwise else channels, *self.kernel_hw)

    def tensors(self, channels: int) -> dict[str, tuple[int, ...]]:
        """Name the tensors that it needs, with their shapes as they are published."""
        out, per_group, height, width = self.shape(channels)
        shape = (out, per_group * height * width) if self.flat else (out, per_group, height, width)
        parts = [f"{self.norm}.{part}" for part in NORM_PARTS] if self.norm else [f"{self.weights}.bias"]
        return {f"{self.weights}.weight": shape} | dict.fromkeys(parts, (out,))


@dataclass(frozen=True)
class Relu:
    """max(x, 0), or with a ceiling min(max(x, 0), ceiling)."""

    ceiling: float | None = None


@dataclass(frozen=True)
class MaxPool:
    """The maximum of windows, or their average where the network is loaded with average pooling.

    whole: windows lie inside the image and its padding; else the last ones may reach beyond (ceil mode).
    """

    kernel: int = 3
    stride: int = 2
    padding: int = 0
    whole: bool = False


@dataclass(frozen=True)
class AveragePool:
    """The average of windows; the zeros of the padding count, what lies beyond that does not.

    With padding the windows are whole, without the last ones may reach beyond the image.
    """

    kernel: int
    stride: int
    padding: int = 0


@dataclass(frozen=True)
class LocalResponse:
    """Normalise each channel by five channels around it (Krizhevsky et al. 2012)."""


@dataclass(frozen=True)
class Mean:
    """The mean over all positions: 1x1 pixels."""


@dataclass(frozen=True)
class Branches:
    """Ways side by side that see the same input; their channels one after the other."""

    ways: tuple[Steps, ...]


@dataclass(frozen=True)
class Residual:
    """inside(x) + shortcut(x)."""

    inside: Steps
    shortcut: Steps = ()


Step = Conv | Relu | MaxPool | AveragePool | LocalResponse | Mean | Branches | Residual
Steps = tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """A network's layers and its heads, and what its first layer takes.

    layers: name -> steps, first layer first. heads: name -> (the layer below, steps).
    An image in 0..1 enters as scale x + shift: numbers, or one for each of red, green, blue.
    bgr: its first weights are for blue, green, red. epsilon: what its batch norms add to the variance.
    """

    layers: Mapping[str, Steps]
    heads: Mapping[str, tuple[str, Steps]] = field(default_factory=dict)
    scale: float | tuple[float, ...] = 2.0
    shift: float | tuple[float, ...] = -1.0
    bgr: bool = False
    epsilon: float = 1e-5

    def channels(self) -> dict[str, int]:
        """Return the channels of each output: layers in order, each head after the layer below it."""
        channels, at = {}, 3
        for name, steps in self.layers.items():
            at = channels[name] = channels_after(steps, at)
            on = {head: inside for head, (below, inside) in self.heads.items() if below == name}
            channels |= {head: channels_after(inside, at) for head, inside in on.items()}
        return channels

    def convolutions(self) -> list[tuple[Conv, int]]:
        """List all convolutions with the channels of their inputs."""
        channels, found, at = self.channels(), [], 3
        for name, steps in self.layers.items():
            found += list(_convolutions(steps, at))
            at = channels[name]
        for below, steps in self.heads.values():
            found += list(_convolutions(steps, channels[below]))
        return found

    def inner(self) -> dict[str, tuple[str, bool]]:
        """Name the convolutions by their weights: the layer that each lies in, whether it sees its input."""
        outputs = [*self.layers.items(), *((head, steps) for head, (_, steps) in self.heads.items())]
        return {
            step.weights: (name, step in list(_seeing(steps)))
            for name, steps in outputs
            for step, _ in _convolutions(steps, 0)
        }

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Name all tensors that are needed, with their shapes as they are published."""
        return {
            name: shape
            for step, channels in self.convolutions()
            for name, shape in step.tensors(channels).items()
        }


def channels_after(steps: Sequence[Step], channels: int) -> int:
    """Count the channels of the output of steps for an input of `channels`."""
    for step in steps:
        if isinstance(step, Conv):
            channels = step.out
        elif isinstance(step, Branches):
            channels = sum(channels_after(way, channels) for way in step.ways)
        elif isinstance(step, Residual):
            channels = channels_after(step.inside, channels)
    return channels


def _convolutions(steps: Sequence[Step], channels: int) -> Iterator[tuple[Conv, int]]:
    for step in steps:
        if isinstance(step, Conv):
            yield step, channels
        elif isinstance(step, (Branches, Residual)):
            ways = step.ways if isinstance(step, Branches) else (step.inside, step.shortcut)
            for way in ways:
                yield from _convolutions(way, channels)
        channels = channels_after([step], channels)


def _seeing(steps: Sequence[Step]) -> Iterator[Conv]:
    """List the convolutions that see what goes into steps."""
    for step in steps[:1]:
        if isinstance(step, Conv):
            yield step
        elif isinstance(step, (Branches, Residual)):
            for way in step.ways if isinstance(step, Branches) else (step.inside, step.shortcut):
                yield from _seeing(way)


def square(side: int) -> tuple[int, int]:
    """Return (side, side)."""
    return side, side
