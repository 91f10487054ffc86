"""Build one OpenVINO engine into the cache: the program of the building process.

It reads a pickled program from standard input; its one argument is the cache's folder.
"""

from __future__ import annotations

import pickle
import sys
from dataclasses import asdict
from pathlib import Path

from livedream.engines.cache import EngineCache
from livedream.engines.engine import Program, check
from livedream.engines.openvino import OpenVinoEngine, cache_key, convert
from livedream.errors import EngineError


def build(program: Program, cache: EngineCache) -> None:
    """Convert, check against the reference and store. Raises EngineError or OSError."""
    import torch

    compiled, module = convert(program)
    with torch.inference_mode():
        reference = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    result = check(OpenVinoEngine(compiled), program, reference)
    blob = compiled.export_model()
    cache.put(cache_key(program), blob.getvalue(), {"check": asdict(result)})


def main() -> int:
    """Build; say in one line on standard error what went wrong."""
    program: Program = pickle.load(sys.stdin.buffer)
    try:
        build(program, EngineCache(Path(sys.argv[1])))
    except (EngineError, OSError, RuntimeError, ImportError) as fault:
        sys.stderr.write("\n" + " ".join(str(fault).split()) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
