"""Time the kernel beside its floor: its input gradients alone, and matrix products in the same engine.

python benchmarks/kernel_floor.py [--preset eyes] [--size 1280x720] [--rounds 40]

Prints a line for each number format that the processor computes in: all in one run, in turn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from taking_turns import Spread, in_turn
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.loading import load_network
from livedream.dream.objective import make_objective
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec, kernel_spec, working_size_hw
from livedream.engines.build_openvino import converted, made
from livedream.engines.engine import NumberFormat, Program
from livedream.engines.openvino import OpenVinoEngine, config, number_formats
from livedream.engines.openvino_core import core
from livedream.presets import load
from livedream.resources import DEFAULT_PRESET

MATRIX = 2048
"""Rows and columns of the matrices: large enough that only the rate of the arithmetic counts."""


@dataclass(frozen=True, slots=True)
class KernelFloor:
    """A kernel and its floors in a number format.

    gradients: of each octave, the smallest first. giga_flop: of all of them, a multiplication and an addition
    counted as two. matrix_gflops: the rate of a matrix product in the engine.
    """

    number_format: str
    kernel: Spread
    gradients: list[Spread]
    giga_flop: float
    matrix_gflops: float

    @property
    def ratio(self) -> float:
        """Return kernel / sum of its gradients, of medians."""
        return self.kernel.median / sum(one.median for one in self.gradients)


class _Gradient(nn.Module):
    """The input gradient of a kernel's objectives as a module of one image and its controls."""

    def __init__(self, spec: KernelSpec, *, levelled: bool) -> None:
        super().__init__()
        network = load_network(network_info(spec.network), spec.pooling).keep_salient(spec.salient).freeze()
        seeds = [(tap.layer, make_objective(tap.objective, tap.groups)) for tap in spec.taps]
        self.gradient = InputGradient(network, seeds, levelled=levelled)

    def forward(self, image: Tensor, *controls: Tensor) -> Tensor:
        gradient: Tensor = self.gradient(image, list(controls))
        return gradient


class OctaveGradient:
    """The input gradient at one octave's size as a program for an engine."""

    parts, repeated = (), None

    def __init__(self, spec: KernelSpec, size_hw: tuple[int, int]) -> None:
        self._spec, self._size_hw = spec, size_hw

    def fingerprint(self) -> str:
        """Name it; it is never cached."""
        return f"{self._spec} {self._size_hw}"

    def describe(self) -> dict[str, Any]:
        """Return the names of the network and the layers."""
        return {"network": self._spec.network, "layers": list(self._spec.layers)}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        """Build the module."""
        module = _Gradient(self._spec, levelled=number_format == "int8").eval().requires_grad_(False)
        return module if number_format == "int8" else module.to(getattr(torch, number_format))

    def example(self) -> list[NDArray[Any]]:
        """Return noise, and the controls of the kernel."""
        image = np.random.default_rng(0).random((1, 3, *self._size_hw), np.float32)
        return [image, *KernelProgram(self._spec).example()[3:]]

    def giga_flop(self) -> float:
        """Count the arithmetic of its convolutions."""
        inputs = [torch.from_numpy(array) for array in self.example()]
        with FlopCounterMode(display=False) as counter, torch.inference_mode():
            self.make()(*inputs)
        return float(counter.get_total_flops()) / 1e9


def engine(program: Program, number_format: NumberFormat) -> OpenVinoEngine:
    """Build an engine of OpenVINO, uncached."""
    return made(converted(program, number_format), number_format)[0]


def runner(program: Program, number_format: NumberFormat) -> Callable[[], object]:
    """Build an engine; return what runs it once on its example."""
    built, inputs = engine(program, number_format), program.example()
    return lambda: built.run(inputs)


def _matrix_runner(number_format: NumberFormat) -> Callable[[], object]:
    """Return what multiplies two matrices in the engine, the second a constant as weights are."""
    import openvino
    from openvino import opset13

    given = opset13.parameter([MATRIX, MATRIX], np.float32)
    weights = opset13.constant(np.random.default_rng(0).standard_normal((MATRIX, MATRIX), np.float32))
    factors = given, weights
    if number_format == "int8":
        ends = np.float32(-4), np.float32(4)
        factors = tuple(opset13.fake_quantize(one, *ends, *ends, 255) for one in factors)
    model = openvino.Model([opset13.matmul(*factors, False, False)], [given], "product")
    request = core().compile_model(model, "CPU", config(number_format)).create_infer_request()
    request.get_input_tensor(0).data[...] = np.random.default_rng(1).standard_normal((MATRIX, MATRIX))
    run: Callable[[], object] = request.infer
    return run


def measure(spec: KernelSpec, rounds: int) -> list[KernelFloor]:
    """Measure a kernel and its floors in each number format, float32 first."""
    octaves = [OctaveGradient(spec, size_hw) for size_hw in spec.seen_hw]
    giga_flop = sum(octave.giga_flop() for octave in octaves)
    programs: tuple[Program, ...] = (KernelProgram(spec), *octaves)
    found = []
    for number_format in number_formats():
        runs = [runner(program, number_format) for program in programs]
        kernel, *gradients = in_turn(runs, rounds)
        [matrix] = in_turn([_matrix_runner(number_format)], max(3, rounds // 8), repeats=2)
        # The best of it: what the machine can do, not what it did while it was disturbed.
        rate = 2 * MATRIX**3 / 1e6 / matrix.low
        found.append(KernelFloor(number_format, kernel, gradients, round(giga_flop, 3), round(rate, 1)))
    return found


def spec_of(preset: str, size_wh: tuple[int, int]) -> KernelSpec:
    """Return the kernel spec of a preset for pictures of a size."""
    dream = load(preset).settings.dream
    return kernel_spec(dream, working_size_hw(size_wh, dream.working_px))


def main() -> None:
    """Print a line for each number format."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", default=DEFAULT_PRESET)
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    width, height = (int(side) for side in asked.size.split("x"))
    for floor in measure(spec_of(asked.preset, (width, height)), asked.rounds):
        gradients = " + ".join(f"{one.median:.2f}" for one in floor.gradients)
        print(
            f"{floor.number_format:8}  kernel {floor.kernel.median:.2f} ms / gradients {gradients} ms = "
            f"{floor.ratio:.2f}; {floor.giga_flop:.2f} GFLOP at {floor.matrix_gflops:.0f} GFLOP/s, as a "
            f"matrix product: {floor.giga_flop / floor.matrix_gflops * 1000:.2f} ms"
        )


if __name__ == "__main__":
    main()
