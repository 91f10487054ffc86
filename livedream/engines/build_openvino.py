"""Build one OpenVINO engine into the cache: the program of the building process.

It reads a pickled program from standard input; its one argument is the cache's folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.engine import CLEARLY, Check, Program, check, in_turn_ms
from livedream.engines.openvino import OpenVinoEngine, cache_key, config, convert, new_core, number_formats
from livedream.errors import EngineError


def build(program: Program, cache: EngineCache) -> None:
    """Convert, compile in each number format, keep the fastest that agrees with the reference.

    Raises EngineError if none does, OSError if it cannot be stored.
    """
    import torch

    model, module = convert(program)
    with torch.inference_mode():
        reference = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    agreeing = _agreeing(program, model, reference)
    fastest = _fastest(agreeing, in_turn_ms([one.engine for one in agreeing], program.example()))
    facts = facts_of("openvino", fastest.engine.number_format, program, fastest.check)
    cache.put(cache_key(program), fastest.compiled.export_model().getvalue(), facts)


@dataclass(frozen=True, slots=True)
class _Built:
    compiled: Any
    engine: OpenVinoEngine
    check: Check


def _fastest(built: Sequence[_Built], times_ms: Sequence[float]) -> _Built:
    """Choose the half format only if it is clearly faster: the full one is nearer to the truth."""
    (full, *half), (full_ms, *half_ms) = built, times_ms
    return next((one for one, ms in zip(half, half_ms, strict=True) if ms < CLEARLY * full_ms), full)


def _agreeing(program: Program, model: Any, reference: NDArray[np.float32]) -> list[_Built]:
    """Compile for every number format; give those that agree with the reference.

    Raises EngineError if the full format does not: a wrong graph is not to hide behind what a half
    format may differ by.
    """
    built = []
    for number_format in number_formats():
        compiled = new_core().compile_model(model, "CPU", config(number_format))
        try:
            engine = OpenVinoEngine(compiled, number_format)
            built.append(_Built(compiled, engine, check(engine, program, reference)))
        except EngineError:
            if number_format == "float32":
                raise
    return built


def main() -> int:
    """Build; say in one line on standard error what went wrong."""
    return serve(lambda program: build(program, EngineCache(Path(sys.argv[1]))))


if __name__ == "__main__":
    sys.exit(main())
