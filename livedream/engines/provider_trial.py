"""Tries whether ONNX Runtime takes the adapter that is here: the program of a process that prints why not.

It loads the adapter's driver, and one that is broken may end the process.
"""

from __future__ import annotations

import sys

from livedream.engines.onnxruntime_kinds import KINDS, runtime


def refusal(name: str) -> str:
    """Return why an engine's provider cannot begin here, "" if it can. Raises EngineError as `runtime`."""
    kind = KINDS[name]
    options = runtime(kind).SessionOptions()
    try:
        options.add_provider(kind.provider, dict(kind.options))
    except Exception as fault:  # ONNX Runtime raises what its provider raises
        return " ".join(str(fault).rsplit("was false. ", maxsplit=1)[-1].split())
    return ""


if __name__ == "__main__":
    sys.stdout.write(refusal(sys.argv[1]) or "taken")
