"""Build one OpenVINO engine into the cache: the program of the building process.

It reads a pickled program from standard input; its one argument is the cache's folder.
"""

from __future__ import annotations

import functools
import hashlib
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.engine import NumberFormat, Program, in_turn_ms
from livedream.engines.openvino import (
    OpenVinoEngine,
    cache_key,
    config,
    convert,
    machine,
    number_formats,
)
from livedream.engines.openvino_core import core, runtime
from livedream.engines.trial import Trial, try_formats
from livedream.errors import EngineError

if TYPE_CHECKING:
    from torch import nn

    from livedream.engines.eight_bits import Taken, Which


SURE_COSINE = 0.95
"""Agreement with the reference from which a half format cannot hide a wrong graph."""

FAR_LESS = 0.7
"""Share of the full format's time in which a half one does a few convolutions if it is sure to be faster."""

SAMPLE_CHANNELS = 256


def build(program: Program, cache: EngineCache) -> None:
    """Convert, compile in the number format that is fastest here, keep what agrees with the reference.

    Which format that is, is found out with the first engine; those after it take the same one if it is a half
    one and agrees. Raises EngineError if none does, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    here = hashlib.sha256(repr(machine()).encode()).hexdigest()
    chosen = _trial(program, _known_format(cache, here)).chosen
    facts = facts_of(
        "openvino", chosen.engine.number_format, program, chosen.check, time.monotonic() - begun_s
    )
    cache.put(cache_key(program), chosen.stored.export_model().getvalue(), facts | {"machine": here})


@dataclass(frozen=True, slots=True)
class Converted:
    """A program as OpenVINO's model.

    reference: what it gives for its example. seen: what its convolutions took there, of int8 alone.
    """

    model: Any
    reference: NDArray[np.float32]
    seen: Mapping[Which, Taken]


def converted(program: Program, number_format: NumberFormat = "float32") -> Converted:
    """Convert a program for a number format and run it on its example.

    Both take long where there are many steps, so that they are done side by side.
    """
    with ThreadPoolExecutor(1, "reference") as beside:
        begun: list[Future[tuple[NDArray[np.float32], Mapping[Which, Taken]]]] = []
        run = _watched if number_format == "int8" else _run
        model = convert(
            program, lambda module: begun.append(beside.submit(run, module, program)), number_format
        )
        return Converted(model, *begun[0].result())


def _run(module: nn.Module, program: Program) -> tuple[NDArray[np.float32], Mapping[Which, Taken]]:
    """Run a program's module on the example; return its output, and nothing of its convolutions."""
    import torch

    with torch.inference_mode():
        output: NDArray[np.float32] = module(*map(torch.from_numpy, program.example())).numpy()
    return output, {}


def _watched(module: nn.Module, program: Program) -> tuple[NDArray[np.float32], Mapping[Which, Taken]]:
    """Run a program's module on the example; return its output and what its convolutions took."""
    from livedream.engines.eight_bits import Watch

    with Watch() as watch:
        output, _ = _run(module, program)
    return output, watch.seen


def _known_format(cache: EngineCache, here: str) -> NumberFormat | None:
    """Return the half format of the engine used last on this machine; None if it was none.

    The full one may have won on a small picture, or in a busy moment: it is not to stay for ever after that.
    """
    formats = [
        entry.facts.get("number_format") for entry in cache.entries() if entry.facts.get("machine") == here
    ]
    return next((one for one in number_formats()[1:] if formats[:1] == [one]), None)


def _trial(program: Program, known: NumberFormat | None) -> Trial[Any]:
    """Try the format that is known to be fastest; without one, or if it does not agree, all of them.

    On the first launch of all somebody waits: a half format that makes convolutions much faster, and agrees
    so well that no wrong graph can hide behind it, needs no other to be compared with.
    """

    @functools.cache
    def graph(number_format: NumberFormat) -> Converted:
        return converted(program, number_format)

    def trial(*formats: NumberFormat) -> Trial[Any]:
        reference = graph(_model_of(formats[0])).reference
        return try_formats(program, formats, reference, lambda form: made(graph(_model_of(form)), form))

    with suppress(EngineError):
        if known is not None:
            return trial(known)
        if (promising := _promising()) is not None:
            found = trial(promising)
            if found.chosen.check.cosine >= SURE_COSINE:
                return found
            found.chosen.engine.close()
    return trial(*number_formats())


def _model_of(number_format: NumberFormat) -> NumberFormat:
    """Return the format that a format's model is made for."""
    return "int8" if number_format == "int8" else "float32"


def made(graph: Converted, number_format: NumberFormat) -> tuple[OpenVinoEngine, Any]:
    """Return an engine, and what it is stored as; graph: converted for the format. Raises EngineError."""
    compiled = compiled_for("CPU", "openvino", in_format(graph, number_format), number_format)
    return OpenVinoEngine(compiled, number_format), compiled


def _promising() -> NumberFormat | None:
    """Return the half format if a few convolutions take far less time in it; None: only a trial can tell."""
    formats = number_formats()
    if len(formats) == 1:
        return None
    sample = Sample()
    graph = converted(sample, formats[1])
    full_ms, half_ms = in_turn_ms([made(graph, form)[0] for form in formats], sample.example(), turns=9)
    return formats[1] if half_ms < FAR_LESS * full_ms else None


class Sample:
    """A few convolutions like those that most of a network is made of, as a program."""

    parts, repeated = (), None

    def fingerprint(self) -> str:
        """Name it; it is never cached."""
        return "sample"

    def describe(self) -> dict[str, Any]:
        """Return nothing: nobody sees it."""
        return {}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:  # noqa: ARG002
        """Build three convolutions of one pixel each."""
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            layers = [torch.nn.Conv2d(SAMPLE_CHANNELS, SAMPLE_CHANNELS, 1, bias=False) for _ in range(3)]
        return torch.nn.Sequential(*layers).eval()

    def example(self) -> list[NDArray[Any]]:
        """Return noise, 1xCx26x47."""
        return [np.random.default_rng(0).random((1, SAMPLE_CHANNELS, 26, 47), np.float32)]


def in_format(graph: Converted, number_format: NumberFormat) -> Any:
    """Return the model to be compiled for a number format. Raises EngineError if there is none."""
    if number_format != "int8":
        return graph.model
    from livedream.engines.eight_bits import rounded

    return rounded(graph.model, graph.seen)


def compiled_for(device: str, name: str, model: Any, number_format: NumberFormat) -> Any:
    """Compile a model for one of OpenVINO's devices.

    name: of the engine. Raises EngineError, also for a format that the device says it has: oneDNN may be kept
    from it (ONEDNN_MAX_CPU_ISA).
    """
    try:
        return core().compile_model(model, device, config(number_format))
    except RuntimeError as fault:  # what OpenVINO raises, with a stack of places in many lines
        why = str(fault).strip().splitlines()[-1].strip()
        raise EngineError(f"the engine {name} cannot take the kernel: {why}") from fault


def main() -> int:
    """Build; on failure, print one line on standard error."""
    import torch  # noqa: F401  it takes a second, in which the program may still be on its way

    runtime()
    return serve(lambda program: build(program, EngineCache(Path(sys.argv[1]))))


if __name__ == "__main__":
    sys.exit(main())
