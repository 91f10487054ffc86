"""Compile one engine with torch.compile into the cache: the program of the building process.

It reads a pickled program from standard input; its arguments are the cache's folder, an empty folder to
work in, the device, the number format and how many threads of the processor torch may use.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Literal, cast

from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.compiled import CompiledEngine, cache_key
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import NumberFormat, Program, check
from livedream.engines.inductor import kept_in, pack
from livedream.engines.on_device import TORCH_THREADS, full_float32


def build(
    program: Program,
    cache: EngineCache,
    folder: Path,
    device: Literal["cpu", "cuda"],
    number_format: NumberFormat,
    threads: int = TORCH_THREADS,
) -> None:
    """Compile in one number format, for so many threads; store what torch has left in `folder`.

    Raises EngineError if that fails or does not agree with the reference, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    with full_float32():
        reference = EagerEngine(program, device, threads).run(program.example())
    with kept_in(folder):
        engine = CompiledEngine(program, device, number_format, threads)
        checked = check(engine, program, reference)
        engine.close()
    facts = facts_of("compiled", number_format, program, checked, time.monotonic() - begun_s)
    cache.put(cache_key(program, device, number_format, threads), pack(folder), facts)


def main() -> int:
    """Build; on failure, print one line on standard error."""
    cache, folder, device, number_format, threads = sys.argv[1:]
    where = cast(Literal["cpu", "cuda"], device)
    form = cast(NumberFormat, number_format)
    kept = EngineCache(Path(cache))
    return serve(lambda program: build(program, kept, Path(folder), where, form, int(threads)))


if __name__ == "__main__":
    sys.exit(main())
