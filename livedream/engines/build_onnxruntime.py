"""Build one engine for ONNX Runtime into the cache: the program of the building process.

It reads a pickled program from standard input; its arguments are the kind of engine, the cache's folder and
the adapter, as JSON. A driver that crashes takes this process with it, and no show.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from livedream.engines.adapters import Adapter
from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import Engine, NumberFormat, Program
from livedream.engines.export import exported, input_names, to_onnx
from livedream.engines.onnx_for_coreml import for_coreml
from livedream.engines.onnx_parts import Parts, parts
from livedream.engines.onnxruntime_engine import OnnxPlan, OnnxRuntimeEngine, cache_key
from livedream.engines.onnxruntime_kinds import KINDS, OnnxRuntimeKind, runtime
from livedream.engines.trial import try_formats


def build(program: Program, cache: EngineCache, kind: OnnxRuntimeKind, adapter: Adapter) -> None:
    """Build in each number format, keep the fastest that agrees with the reference.

    Raises EngineError if there is none, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    runtime(kind)

    def make(number_format: NumberFormat) -> tuple[Engine, OnnxPlan]:
        plan = make_plan(program, kind, number_format)
        return OnnxRuntimeEngine(kind, plan), plan

    reference = EagerEngine(program).run(program.example())
    trial = try_formats(program, kind.formats, reference, make)
    chosen = trial.chosen
    facts = facts_of(
        kind.name, chosen.stored.number_format, program, chosen.check, time.monotonic() - begun_s
    )
    own = {"inputs": chosen.stored.inputs, "adapter": str(adapter), "refused": trial.refused}
    cache.put(cache_key(kind, program, adapter), chosen.stored.blob(), facts | own)
    chosen.engine.close()


def make_plan(program: Program, kind: OnnxRuntimeKind, number_format: NumberFormat) -> OnnxPlan:
    """Export a program whole, and split it. Raises EngineError if that cannot be done."""
    graph = exported(program, number_format)
    is_coreml = kind.name == "coreml"
    split = parts(_parsed(to_onnx(graph)), narrow=not is_coreml)
    if is_coreml:
        split = Parts(split.host, for_coreml(split.device))
    return OnnxPlan(number_format, split, tuple(input_names(graph)))


def _parsed(model: bytes) -> Any:
    import onnx

    return onnx.load_from_string(model)


def main() -> int:
    """Build; on failure, print one line on standard error."""
    kind, folder, adapter = sys.argv[1:]
    found = Adapter(**json.loads(adapter))
    return serve(lambda program: build(program, EngineCache(Path(folder)), KINDS[kind], found))


if __name__ == "__main__":
    sys.exit(main())
