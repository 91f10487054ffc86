"""Time one dreamed frame with GoogLeNet beside plain autograd PyTorch doing the same work.

python benchmarks/autograd.py [--size 540x360] [--octaves 4] [--steps 10] [--rounds 3] [--exact]

To inception4c, scale 1.4, the same jitter for all. With torchvision's weights if they are there (`livedream
networks get googlenet`), else with random ones, which cost the same. Engines and autograd take turns.
--exact: the errors are against autograd in float64, and not against autograd in float32, which itself loses
its way: a ReLU that rounds to the other side of zero switches a path, and the next step starts from there.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from gpu import autograd_kernel
from numpy.typing import NDArray
from torch import nn

from livedream.dream.build import random_weights
from livedream.dream.catalog import network_info
from livedream.dream.inputs import SCALARS
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.build_openvino import converted, made
from livedream.engines.openvino import number_formats
from livedream.errors import EngineError

Run = Callable[[], NDArray[np.float32]]


def main() -> None:
    """Time and print a line for each."""
    wanted = _arguments()
    width, height = (int(side) for side in wanted.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        make_missing_weights(Path(folder))
        spec = film_spec((height, width), wanted.octaves, wanted.steps)
        runs = {"plain autograd": _plain(spec)} | _engines(spec)
        truth = _plain(spec, torch.float64)() if wanted.exact else runs["plain autograd"]()
        _print(runs, wanted.rounds, truth, _inputs(spec)[0])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", default="540x360")
    parser.add_argument("--octaves", type=int, default=4)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exact", action="store_true")
    return parser.parse_args()


def film_spec(size_hw: tuple[int, int], octaves: int, steps: int) -> KernelSpec:
    """Return what is dreamed."""
    return KernelSpec("googlenet", taps_at("inception4c", objective="l2"), size_hw, octaves, 1.4, steps, 1.5)


def make_missing_weights(folder: Path) -> None:
    """Make random weights in a folder where there are none, for this process and those that it starts."""
    if network_info("googlenet").file.is_file():
        return
    os.environ["XDG_DATA_HOME"] = str(folder)
    info = network_info("googlenet")
    info.file.parent.mkdir(parents=True)
    torch.save(random_weights(info, 0), info.file)
    print("random weights: torchvision's are not here")


def _inputs(spec: KernelSpec) -> list[NDArray[np.float32]]:
    image, scalars, *rest = KernelProgram(spec).example()
    scalars[SCALARS.index("step_size")] = 0.01
    return [image, scalars, *rest]


def _plain(spec: KernelSpec, dtype: torch.dtype = torch.float32) -> Run:
    kernel: nn.Module = autograd_kernel(spec, "cpu").to(dtype)
    tensors = [torch.from_numpy(array) for array in _inputs(spec)]
    tensors = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in tensors]

    def run() -> NDArray[np.float32]:
        with torch.no_grad():
            output: NDArray[np.float32] = kernel(*tensors).numpy()
        return output

    return run


def _engines(spec: KernelSpec) -> dict[str, Run]:
    """Build OpenVINO in each number format that the processor has."""
    inputs = _inputs(spec)
    runs: dict[str, Run] = {}
    for number_format in number_formats():
        began = time.perf_counter()
        try:
            engine, _ = made(converted(KernelProgram(spec), number_format), number_format)
        except EngineError as fault:  # eight bits are not for loops
            print(fault)
            continue
        print(
            f"{engine.name} converted, run in torch and compiled in {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        runs[engine.name] = partial(engine.run, inputs)
    return runs


def _print(
    runs: dict[str, Run], rounds: int, truth: NDArray[np.floating], image: NDArray[np.float32]
) -> None:
    outputs = {name: run() for name, run in runs.items()}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    plain_s = median(times["plain autograd"])
    for name, output in outputs.items():
        off, taken_s = np.linalg.norm(output - truth), median(times[name])
        print(
            f"{name:20} {taken_s:7.3f} s  {plain_s / taken_s:5.2f} times  relative error "
            f"{off / np.linalg.norm(truth):.1e} of the picture, {off / np.linalg.norm(truth - image):.1e} of "
            "what was dreamed"
        )


if __name__ == "__main__":
    main()
