"""Time one input gradient of the embedded network beside its teacher's: same engine, same run.

python benchmarks/gradient_alone.py --teacher mobilenet_v1.npz [--size 320x240] [--rounds 30]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from taking_turns import in_turn
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.engines.build_openvino import converted, made
from livedream.engines.engine import NumberFormat
from livedream.engines.openvino import number_formats
from livedream.training.teacher import TEACHES, load_teacher

RUNS = 8


class _Gradient(nn.Module):
    """The L2 gradient of one layer as a module of one image and the weights of the channels."""

    def __init__(self, network: Network, layer: str, *, levelled: bool) -> None:
        super().__init__()
        self.gradient = InputGradient(network, [(layer, L2())], levelled=levelled)

    def forward(self, image: Tensor, control: Tensor) -> Tensor:
        gradient: Tensor = self.gradient(image, [control])
        return gradient


class GradientProgram:
    """An input gradient as a program for an engine."""

    def __init__(self, network: Network, layer: str, size_hw: tuple[int, int]) -> None:
        self._network, self._layer, self._size_hw = network, layer, size_hw

    parts, repeated = (), None

    def fingerprint(self) -> str:
        """Name it; it is never cached."""
        return f"{self._network.info.name} {self._layer} {self._size_hw}"

    def describe(self) -> dict[str, Any]:
        """Return the names of the network and the layer."""
        return {"network": self._network.info.name, "layers": [self._layer]}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        """Build the module."""
        module = _Gradient(self._network, self._layer, levelled=number_format == "int8").eval()
        return module if number_format == "int8" else module.to(getattr(torch, number_format))

    def example(self) -> list[NDArray[Any]]:
        """Return noise, and a weight of 1 for each channel."""
        image = np.random.default_rng(0).random((1, 3, *self._size_hw), np.float32)
        channels = self._network.info.layers[self._network.info.find(self._layer)]
        return [image, np.ones((1, channels, 1, 1), np.float32)]


def runner(program: GradientProgram, number_format: NumberFormat) -> Callable[[], object]:
    """Compile a program; return what runs it once."""
    (engine, _), inputs = made(converted(program, number_format), number_format), program.example()
    return lambda: engine.run(inputs)


def main() -> None:
    """Print a line for each network, layer and number format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--size", default="320x240")
    parser.add_argument("--rounds", type=int, default=30)
    asked = parser.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    teacher, student = load_teacher(asked.teacher), load_network(network_info("embedded"))
    layers = [(teacher, "conv_pw_8"), *((student, head) for head in TEACHES)]
    for number_format in number_formats():
        runs = [runner(GradientProgram(net, layer, (height, width)), number_format) for net, layer in layers]
        figures = [one.median for one in in_turn(runs, asked.rounds, RUNS)]
        for (net, layer), figure in zip(layers, figures, strict=True):
            share = f"{figure / figures[0]:.2f} of the teacher's"
            print(f"{number_format:8}  {net.info.name:12} {layer:9} {figure:6.2f} ms  {share}")


if __name__ == "__main__":
    main()
