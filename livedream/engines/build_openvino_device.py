"""Build one OpenVINO engine for a GPU or an NPU into the cache: the program of the building process.

It reads a pickled program from standard input; its arguments are the engine, the cache's folder and the
device, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from livedream.engines.adapters import Adapter
from livedream.engines.build_openvino import compiled_for, converted
from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.engine import Engine, NumberFormat, Program
from livedream.engines.openvino_device import DEVICES, FORMATS, cache_key, engine_of
from livedream.engines.trial import try_formats


def build(program: Program, cache: EngineCache, name: str, adapter: Adapter) -> None:
    """Compile in each number format, keep the fastest that agrees with the reference.

    Raises EngineError if there is none, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    graph = converted(program)

    def make(number_format: NumberFormat) -> tuple[Engine, Any]:
        compiled = compiled_for(DEVICES[name], name, graph.model, number_format)
        return engine_of(name, compiled, number_format), compiled

    trial = try_formats(program, FORMATS, graph.reference, make)
    chosen = trial.chosen
    facts = facts_of(name, chosen.engine.number_format, program, chosen.check, time.monotonic() - begun_s)
    own = {"adapter": str(adapter), "refused": trial.refused}
    cache.put(cache_key(name, program, adapter), chosen.stored.export_model().getvalue(), facts | own)


def main() -> int:
    """Build; on failure, print one line on standard error."""
    name, folder, adapter = sys.argv[1:]
    found = Adapter(**json.loads(adapter))
    return serve(lambda program: build(program, EngineCache(Path(folder)), name, found))


if __name__ == "__main__":
    sys.exit(main())
