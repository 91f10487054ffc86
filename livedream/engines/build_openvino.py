"""Build one OpenVINO engine into the cache: the program of the building process.

It reads a pickled program from standard input; its one argument is the cache's folder.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.engine import CLEARLY, Check, NumberFormat, Program, check, in_turn_ms
from livedream.engines.openvino import (
    OpenVinoEngine,
    cache_key,
    config,
    convert,
    machine,
    new_core,
    number_formats,
    runtime,
)
from livedream.errors import EngineError


def build(program: Program, cache: EngineCache) -> None:
    """Convert, compile in the number format that is fastest here, keep what agrees with the reference.

    Which format that is, is found out with the first engine, in each format; those after it take the same
    one unless it does not agree. Raises EngineError if none does, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    import torch

    model, module = convert(program)
    with torch.inference_mode():
        reference = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    here = hashlib.sha256(repr(machine()).encode()).hexdigest()
    built = _in_format(_known_format(cache, here), program, model, reference)
    if built is None:
        agreeing = _agreeing(program, model, reference)
        built = _fastest(agreeing, in_turn_ms([one.engine for one in agreeing], program.example()))
    facts = facts_of("openvino", built.engine.number_format, program, built.check, time.monotonic() - begun_s)
    cache.put(cache_key(program), built.compiled.export_model().getvalue(), facts | {"machine": here})


@dataclass(frozen=True, slots=True)
class _Built:
    compiled: Any
    engine: OpenVinoEngine
    check: Check


def _known_format(cache: EngineCache, here: str) -> NumberFormat | None:
    """Return the format of the engine used last on this machine; None without one."""
    formats = [
        entry.facts.get("number_format") for entry in cache.entries() if entry.facts.get("machine") == here
    ]
    return next((one for one in number_formats() if formats[:1] == [one]), None)


def _in_format(
    number_format: NumberFormat | None, program: Program, model: Any, reference: NDArray[np.float32]
) -> _Built | None:
    """Compile for one number format; None if that fails or does not agree with the reference."""
    if number_format is None:
        return None
    compiled = new_core().compile_model(model, "CPU", config(number_format))
    try:
        engine = OpenVinoEngine(compiled, number_format)
        return _Built(compiled, engine, check(engine, program, reference))
    except EngineError:
        return None


def _fastest(built: Sequence[_Built], times_ms: Sequence[float]) -> _Built:
    """Choose the half format only if it is clearly faster: the full one is nearer to the truth."""
    (full, *half), (full_ms, *half_ms) = built, times_ms
    return next((one for one, ms in zip(half, half_ms, strict=True) if ms < CLEARLY * full_ms), full)


def _agreeing(program: Program, model: Any, reference: NDArray[np.float32]) -> list[_Built]:
    """Compile for every number format; return those that agree with the reference.

    Raises EngineError if the full format does not: a wrong graph is not to hide behind what a half
    format may differ by.
    """
    full, *half = number_formats()
    compiled = new_core().compile_model(model, "CPU", config(full))
    engine = OpenVinoEngine(compiled, full)
    built = [_Built(compiled, engine, check(engine, program, reference))]
    others = (_in_format(one, program, model, reference) for one in half)
    return built + [one for one in others if one is not None]


def main() -> int:
    """Build; on failure, print one line on standard error."""
    import torch  # noqa: F401  it takes a second, in which the program may still be on its way

    runtime()
    return serve(lambda program: build(program, EngineCache(Path(sys.argv[1]))))


if __name__ == "__main__":
    sys.exit(main())
