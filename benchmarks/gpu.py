"""Time the kernel and the whole way of a frame on a GPU, beside plain autograd PyTorch doing the same work.

python benchmarks/gpu.py [--device cuda] [--minutes 7] [--csv FILE] [--small]

One row for each network, size and octaves x steps. The time that is left decides how many engines a row
gets; what was left out is said. GoogLeNet runs with random weights, which cost what trained ones cost.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream.build import random_weights
from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.kernel import Kernel, make_kernel
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dreamed import Dreaming
from livedream.engines.cache import EngineCache
from livedream.engines.captured import CapturedEngine
from livedream.engines.compiled import CompiledEngine
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import DeviceEngine, Engine, NumberFormat, check
from livedream.engines.kinds import ENGINES
from livedream.engines.maker import EngineMaker, Order
from livedream.errors import LivedreamError
from livedream.frame import Frame
from livedream.pipeline import DreamPipeline
from livedream.settings import Settings, change

LAYERS = {"embedded": "head.8", "googlenet": "inception4c"}
SIZES_HW = ((360, 640), (720, 1280), (1080, 1920))
DEPTHS = ((2, 2), (3, 4), (4, 10))
"""Octaves x steps."""
GOALS = {("embedded", (720, 1280), (2, 2)): 240.0, ("googlenet", (1080, 1920), (4, 10)): 60.0}
"""Frames a second, end to end."""
TENSORRT = ("tensorrt", "tensorrt-rtx")
TIMES_AUTOGRAD = 5.0
"""How many times as fast as plain autograd they are to be, at least."""
GMAC_AT_224 = {"googlenet": 1.171}
"""Of one forward run down to the layer, at 224x224."""


@dataclass(frozen=True)
class Row:
    """What one engine does with one kind of frame; times in milliseconds."""

    network: str
    size_hw: tuple[int, int]
    depth: tuple[int, int]
    engine: str
    kernel_ms: float
    frames_per_s: float
    autograd_ms: float
    floor_ms: float | None
    cosine: float | None

    def cells(self) -> list[str]:
        """Return the row's cells as text."""
        height, width = self.size_hw
        goal = GOALS.get((self.network, self.size_hw, self.depth))
        is_tensorrt = self.engine.startswith(TENSORRT)
        return [
            self.network,
            f"{width}x{height}",
            f"{self.depth[0]}x{self.depth[1]}",
            self.engine,
            f"{self.kernel_ms:.2f}",
            f"{self.frames_per_s:.0f}" + (f" of {goal:.0f}" if goal else ""),
            f"{self.autograd_ms / self.kernel_ms:.1f}" + (f" of {TIMES_AUTOGRAD:.0f}" if is_tensorrt else ""),
            f"{self.kernel_ms / self.floor_ms:.1f}" if self.floor_ms else "",
            f"{self.cosine:.4f}" if self.cosine is not None else "",
        ]


HEADINGS = [
    "network",
    "size",
    "octaves x steps",
    "engine",
    "kernel ms",
    "frames/s",
    "x autograd",
    "x floor",
    "cosine",
]


class Autograd(nn.Module):
    """The input gradient as anybody writes it: forward, then torch.autograd, on the same layers."""

    def __init__(self, gradient: InputGradient) -> None:
        super().__init__()
        self.gradient, self.tap_names = gradient, gradient.tap_names

    @property
    def dtype(self) -> torch.dtype:
        """Return the number format that the network computes in."""
        return self.gradient.dtype

    def forward(self, image: Tensor, controls: Sequence[Tensor], _: Sequence[Tensor] = ()) -> Tensor:
        """Compute d (sum of w a^2 / 2) / d image."""
        with torch.enable_grad():
            leaf = image.detach().clone().requires_grad_(True)
            seen = self.gradient.activations(leaf)
            objective = sum((a.square() * w).sum() / 2 for a, w in zip(seen, controls, strict=True))
            assert isinstance(objective, Tensor)
            (gradient,) = torch.autograd.grad(objective, leaf)
        return gradient


def autograd_kernel(spec: KernelSpec, device: str) -> Kernel:
    """Build the kernel with autograd in place of the explicit gradient."""
    kernel = make_kernel(spec).to(device)
    repeated: Any = kernel.repeated
    repeated.gradient = Autograd(repeated.gradient)
    return kernel


def waiting(device: str) -> Callable[[], None]:
    """Return a function that waits until the device has finished its work."""
    return torch.cuda.synchronize if device.startswith("cuda") else lambda: None


def timed_ms(run: Callable[[], object], wait: Callable[[], None], at_least_s: float = 0.3) -> float:
    """Time one run, as the median of runs that wait for their end; the first two do not count."""
    run()
    run()
    wait()
    times: list[float] = []
    began = time.perf_counter()
    while len(times) < 5 or (time.perf_counter() - began < at_least_s and len(times) < 200):
        start = time.perf_counter()
        run()
        wait()
        times.append((time.perf_counter() - start) * 1e3)
        if len(times) >= 3 and time.perf_counter() - began > 10:
            break
    return median(times)


def frames_per_s(spec: KernelSpec, engine: Engine, seconds: float = 1.5) -> float:
    """Dream frames from memory, the next one begun before the one before is finished."""
    wanted = {"dream.layers": dict.fromkeys(spec.layers, 1.0), "dream.network": spec.network}
    settings = change(Settings(), wanted)
    pipeline, frames = DreamPipeline(spec, engine), _frames(spec.size_hw)
    before = _begun(pipeline, next(frames), settings)
    for _ in range(3):
        before = _next(pipeline, frames, settings, before)
    count, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds or count < 3:
        before = _next(pipeline, frames, settings, before)
        count += 1
    before.finish()
    return count / spent


def _next(pipeline: DreamPipeline, frames: Iterator[Frame], settings: Settings, before: Dreaming) -> Dreaming:
    begun = _begun(pipeline, next(frames), settings)
    before.finish()
    return begun


def _begun(pipeline: DreamPipeline, frame: Frame, settings: Settings) -> Dreaming:
    return pipeline.begin(pipeline.prepared(frame, settings), settings)


def _frames(size_hw: tuple[int, int]) -> Iterator[Frame]:
    """Yield a moving texture, without end."""
    height, width = size_hw
    noise = np.random.default_rng(0).random((height // 8 + 8, width // 8 + 8, 3), np.float32) * 255
    wide = np.kron(noise, np.ones((8, 8, 1), np.float32)).astype(np.uint8)
    held = [np.ascontiguousarray(wide[at : at + height, at : at + width]) for at in range(0, 32, 2)]
    index = 0
    while True:
        yield Frame(held[index % len(held)], index / 30, index)
        index += 1


def engines(device: str, small: bool) -> dict[str, Callable[[KernelProgram], DeviceEngine]]:
    """List the engines to time, the quickest to build first."""
    made: dict[str, Callable[[KernelProgram], DeviceEngine]] = {"eager": partial(EagerEngine, device=device)}
    if small or not device.startswith("cuda"):
        return made
    number_format: NumberFormat
    for number_format in ("float32", "float16"):
        made[f"captured {number_format}"] = partial(
            CapturedEngine, device=device, number_format=number_format
        )
    made["compiled float16"] = partial(CompiledEngine, device=device, number_format="float16")
    return made | {name: partial(built, name) for name in TENSORRT if ENGINES[name].is_installed}


def built(name: str, program: KernelProgram) -> DeviceEngine:
    """Build an engine as a show does, in a process of its own, or load it from the cache."""
    maker: EngineMaker[KernelProgram] = EngineMaker(name, EngineCache(), print)
    try:
        return cast(DeviceEngine, maker.make(Order(program)).engine)
    finally:
        maker.close()


def floor_ms(
    network: str, size_hw: tuple[int, int], depth: tuple[int, int], flop_per_s: float
) -> float | None:
    """Compute the least time for the multiplications of all steps: 4 operations for each forward MAC."""
    if network not in GMAC_AT_224:
        return None
    pixels = size_hw[0] * size_hw[1] * sum(1.4 ** (-2 * octave) for octave in range(depth[0]))
    return 4 * GMAC_AT_224[network] * 1e9 * pixels / 224**2 * depth[1] / flop_per_s * 1e3


def matrix_rate(device: str, wait: Callable[[], None]) -> float:
    """Measure the rate of a large matrix product in operations a second, in half precision on a GPU."""
    cuda = device.startswith("cuda")
    side, dtype = (8192, torch.float16) if cuda else (1024, torch.float32)
    a = torch.randn(side, side, device=device, dtype=dtype)
    return 2 * side**3 / timed_ms(lambda: a @ a, wait) * 1e3


@dataclass(frozen=True)
class Setup:
    """Where it is timed, for how long (until, of time.monotonic), and how fast that multiplies."""

    device: str
    small: bool
    until_s: float
    flop_per_s: float


def rows(setup: Setup) -> Iterator[Row]:
    """Time everything until the time is over."""
    sizes, depths = (((96, 160),), ((1, 1), (2, 2))) if setup.small else (SIZES_HW, DEPTHS)
    made = engines(setup.device, setup.small)
    known: dict[KernelSpec, Plain] = {}
    # What can be compared over all sizes comes first; what takes long to build last.
    for engine_name, (network, depth, size_hw) in product(made, product(LAYERS, depths, sizes)):
        if time.monotonic() > setup.until_s:
            print(f"skipped for lack of time: everything from {engine_name} {network} {size_hw} {depth} on")
            return
        spec = KernelSpec(
            network, taps_at(LAYERS[network], objective="l2"), size_hw, depth[0], 1.4, depth[1], 1.5
        )
        try:
            yield _row(spec, made[engine_name], known, setup)
        except (LivedreamError, torch.cuda.OutOfMemoryError) as fault:
            print(f"{engine_name} {network} {size_hw} {depth}: {fault}", flush=True)


@dataclass(frozen=True)
class Plain:
    """What plain autograd takes for a kind of frame, and what it gives."""

    ms: float
    output: NDArray[np.float32]


@torch.no_grad()
def plain(spec: KernelSpec, tensors: Sequence[Tensor], device: str) -> Plain:
    """Time autograd on the same inputs."""
    kernel = autograd_kernel(spec, device)
    output = kernel(*tensors).cpu().numpy()
    return Plain(timed_ms(lambda: kernel(*tensors), waiting(device)), output)


def _row(
    spec: KernelSpec,
    make: Callable[[KernelProgram], DeviceEngine],
    known: dict[KernelSpec, Plain],
    setup: Setup,
) -> Row:
    wait = waiting(setup.device)
    tensors = [torch.from_numpy(array).to(setup.device) for array in KernelProgram(spec).example()]
    if spec not in known:
        known[spec] = plain(spec, tensors, setup.device)
    engine = make(KernelProgram(spec))
    try:
        checked = check(engine, KernelProgram(spec), known[spec].output)
        with torch.inference_mode():
            held = [tensor.clone() for tensor in tensors]
            kernel_ms = timed_ms(lambda: engine.call(held), wait)
        depth = (spec.octaves, spec.steps)
        floor = floor_ms(spec.network, spec.size_hw, depth, setup.flop_per_s)
        return Row(
            spec.network,
            spec.size_hw,
            depth,
            engine.name,
            kernel_ms,
            frames_per_s(spec, engine),
            known[spec].ms,
            floor,
            checked.cosine,
        )
    finally:
        engine.close()


def main() -> int:
    """Print the table, and write it as CSV if asked."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--minutes", type=float, default=7.0)
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--small", action="store_true", help="tiny sizes and eager only, to try the script")
    asked = parser.parse_args()
    if asked.device.startswith("cuda") and not torch.cuda.is_available():
        said = f"torch {torch.__version__} finds no GPU here; use --device cpu --small"
        print(f"--device {asked.device}: {said}", file=sys.stderr)
        return 2
    until_s = time.monotonic() + asked.minutes * 60
    rate = matrix_rate(asked.device, waiting(asked.device))
    where = torch.cuda.get_device_name() if asked.device.startswith("cuda") else "the processor"
    print(f"torch {torch.__version__} on {where}; matrix products: {rate / 1e12:.2f} TFLOP/s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        put_random_googlenet(Path(folder))
        found = [HEADINGS]
        for row in rows(Setup(asked.device, asked.small, until_s, rate)):
            found.append(row.cells())
            print(" | ".join(found[-1]), flush=True)
    if asked.csv:
        with asked.csv.open("w", newline="") as stream:
            csv.writer(stream).writerows(found)
    print("\n" + "\n".join("| " + " | ".join(cells) + " |" for cells in found))
    return 0


def put_random_googlenet(folder: Path) -> None:
    """Put random weights where livedream looks for GoogLeNet's, in a data folder of their own."""
    os.environ["XDG_DATA_HOME"] = str(folder)
    info = network_info("googlenet")
    info.file.parent.mkdir(parents=True)
    torch.save(random_weights(info, 0), info.file)


if __name__ == "__main__":
    sys.exit(main())
