"""What an engine is, what it runs, and how it is checked against the reference."""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from livedream.errors import (
    EngineDisagreesError,
    EngineError,
    EngineMissingError,
    EngineRunError,
    InputError,
)

# `livedream live --help` names the engines, and would take a sixth longer with numpy.
if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

NumberFormat = Literal["float32", "bfloat16", "float16", "int8"]
"""What a network computes in. The picture, what grows on it and its normalisation are always float32.

int8: most of its convolutions; what lies between them is float32, too.
"""

LEAST_COSINE: dict[NumberFormat, float] = {"float32": 0.98, "bfloat16": 0.85, "float16": 0.95, "int8": 0.9}
"""Agreement with the reference that an engine must reach, by number format.

A ReLU that rounds to the other side of zero switches a whole path on or off, and the next step starts
from there: after 2 octaves of 2 steps float32 eager itself is up to 8 % (cosine 0.9966) away from
float64, and bfloat16, with its 8 bits, at a cosine of 0.9 to 0.97. A wrong graph is off by far more.
"""

LARGEST_RELATIVE_ERROR: dict[NumberFormat, float] = {
    "float32": 0.2,
    "bfloat16": 0.6,
    "float16": 0.35,
    "int8": 0.5,
}
"""Likewise, of what was added to the picture."""


TIMED_S = 2.0
"""After so long no run or turn is begun to time engines: a frame of a film takes seconds, and is timed by the
run that checks it."""

CLEARLY = 0.9
"""Share of the full format's time that a half one may take to be chosen."""


class Program(Protocol):
    """A graph of fixed shapes that an engine can be built for; picklable."""

    @property
    def parts(self) -> tuple[Program, ...]:
        """List the programs that take turns, each with its own engine; empty if it has no parts."""
        ...

    @property
    def repeated(self) -> str | None:
        """Name the submodule that pictures go through again and again, which is compiled by itself."""
        ...

    def fingerprint(self) -> str:
        """Return a hash of everything that determines the graph and its weights."""
        ...

    def describe(self) -> dict[str, Any]:
        """Return a readable description, of values that JSON can hold."""
        ...

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        """Build the module; its first input is an image, its output an image of the same shape.

        Inputs and output are float32 (and int64) whatever the format that it computes in.
        """
        ...

    def example(self) -> list[NDArray[Any]]:
        """Return one set of example inputs."""
        ...


class Engine(Protocol):
    """Runs a program."""

    name: str
    number_format: NumberFormat

    @property
    def device(self) -> torch.device | None:
        """Return the device on which it takes tensors, as a `DeviceEngine`; None: it takes arrays alone."""
        ...

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run once; the output is the caller's to keep."""
        ...

    def close(self) -> None:
        """Release memory and devices."""
        ...


class DeviceEngine(Engine, Protocol):
    """An engine that takes and gives tensors where they lie, on a torch device."""

    device: torch.device

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Put one run on the device's current stream; nothing waits for it to end.

        inputs: on the device. The next call may write over the output.
        """
        ...


@contextmanager
def running(name: str) -> Iterator[None]:
    """Raise EngineRunError in place of whatever is raised while the engine `name` runs."""
    try:
        yield
    # Each library has exceptions of its own, and a driver's may come as any of them.
    except Exception as fault:
        raise EngineRunError(f"the engine {name} failed ({_reason(fault)})") from fault


@contextmanager
def making(name: str) -> Iterator[None]:
    """Raise EngineError in place of whatever is raised while the engine `name` is made or loaded."""
    try:
        yield
    except EngineError:
        raise
    except InputError as fault:  # such as weights that are damaged: another try would say the same
        missing = EngineMissingError(f"the engine {name} cannot be made: {fault}")
        missing.exit_code = fault.exit_code
        raise missing from fault
    except Exception as fault:  # as above
        raise EngineError(f"the engine {name} cannot be made ({_reason(fault)})") from fault


def tried(engine: Engine, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
    """Run an engine that nobody dreams with yet. Raises EngineError whatever its run raises."""
    try:
        return engine.run(inputs)
    except EngineError:
        raise
    except Exception as fault:  # as above
        raise EngineError(f"the engine {engine.name} failed when it was tried ({_reason(fault)})") from fault


def _reason(fault: Exception) -> str:
    return " ".join(f"{type(fault).__name__}: {fault}".split()).removesuffix(":")[:160]


@dataclass(frozen=True, slots=True)
class Check:
    """How an engine compares with the reference on one frame.

    cosine, relative_error: of what was added to the picture. run_ms: one run, the best of a few; of one that
    takes seconds the first.
    """

    cosine: float
    relative_error: float
    run_ms: float


def check(engine: Engine, program: Program, reference: NDArray[np.float32]) -> Check:
    """Compare an engine's output on the program's example with the reference's; time it.

    Raises EngineDisagreesError if it is not finite or does not agree, EngineError if it fails.
    """
    import numpy as np

    inputs, begun_s = program.example(), time.perf_counter()
    result = tried(engine, inputs)
    took_s = time.perf_counter() - begun_s
    if result.shape != reference.shape:
        raise EngineDisagreesError(
            f"the engine {engine.name} does not agree with eager: it returned the shape {result.shape}"
        )
    if not np.isfinite(result).all():
        raise EngineDisagreesError(f"the engine {engine.name} returned values that are not finite")
    cosine, error = _compare(result - inputs[0], reference - inputs[0])
    number_format = engine.number_format
    agrees = cosine >= LEAST_COSINE[number_format] and error <= LARGEST_RELATIVE_ERROR[number_format]
    if not agrees:
        raise EngineDisagreesError(
            f"the engine {engine.name} does not agree with eager: cosine {cosine:.4f}, error {error:.2%}"
        )
    return Check(cosine, error, took_s * 1e3 if took_s > TIMED_S else best_ms(engine, inputs))


def best_ms(engine: Engine, inputs: Sequence[NDArray[Any]], runs: int = 5) -> float:
    """Measure the shortest of at most `runs` runs, in milliseconds. Raises EngineError if one fails."""
    times: list[float] = []
    while len(times) < runs and sum(times) < TIMED_S:
        start = time.perf_counter()
        tried(engine, inputs)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def in_turn_ms(engines: Sequence[Engine], inputs: Sequence[NDArray[Any]], turns: int = 20) -> list[float]:
    """Measure the median time of each engine, run at most `turns` times in turn, in milliseconds.

    What else the machine does then falls on all alike: one after the other, a busy second would decide.
    """
    times: list[list[float]] = []
    while len(times) < turns and sum(map(sum, times)) < TIMED_S * 1e3:
        times.append([best_ms(engine, inputs, 1) for engine in engines])
    return [statistics.median(column) for column in zip(*times, strict=True)]


def recipe(names: Sequence[str]) -> str:
    """Return a hash of the files of this folder that have a part in how an engine comes out."""
    code = (Path(__file__).with_name(name).read_bytes() for name in names)
    return hashlib.sha256(b"".join(code)).hexdigest()


def _compare(a: NDArray[np.float32], b: NDArray[np.float32]) -> tuple[float, float]:
    import numpy as np

    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    cosine = float(np.vdot(a, b)) / max(norm_a * norm_b, 1e-30)
    return cosine, float(np.linalg.norm(a - b)) / max(norm_b, 1e-30)
