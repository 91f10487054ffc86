"""The OpenVINO engine on the devices that OpenVINO lists besides the processor: GPUs of Intel's, NPUs."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from livedream.engines.adapters import Adapter, asked, has_node, python
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check, NumberFormat, Program, recipe
from livedream.engines.openvino import OpenVinoEngine, config
from livedream.engines.openvino_core import core, new_core, runtime
from livedream.errors import EngineError, EngineMissingError

DEVICES: Mapping[str, str] = {"openvino-gpu": "GPU", "openvino-npu": "NPU"}
"""What OpenVINO calls the device of each engine."""

NODES: Mapping[str, tuple[str, ...]] = {"GPU": ("dev/dri", "dev/dxg"), "NPU": ("dev/accel", "dev/dxg")}
"""Where Linux has each kind of device; the last one is that of Windows, under WSL."""

FORMATS: tuple[NumberFormat, ...] = ("float32", "float16")
"""The number formats that are tried, the reference's first."""

OWN_CODE = ("openvino.py", "openvino_loop.py", "openvino_device.py", "build_openvino_device.py")

_NO_GPU = "install its driver (Debian, Ubuntu: sudo apt install intel-opencl-icd), or use webgpu"
_NO_NPU = "install its driver"


def find(engine: str) -> Adapter:
    """Return the device of an engine. Raises EngineError with the way out if OpenVINO lists none."""
    try:
        version = runtime().get_version()
    except ImportError as fault:
        raise EngineMissingError(f"the engine {engine} is not installed; pip install openvino") from fault
    device = DEVICES[engine]
    found = names(device)
    if not found:
        way_out = _NO_GPU if device == "GPU" else _NO_NPU
        raise EngineMissingError(
            f"the engine {engine} needs an Intel {device}, and OpenVINO finds none; {way_out}"
        )
    return Adapter(found[0], "integrated", f"OpenVINO {version}")


def names(device: str, system: str = sys.platform, root: Path = Path("/")) -> list[str]:
    """List the names of a kind of device, asked for by a process of its own, which a driver may crash.

    root: below which Linux has its devices; without one of those in NODES nothing is asked. Raises
    EngineError if the driver crashes or hangs.
    """
    if not has_node(NODES[device], system, root):
        return []
    try:
        return [str(name) for name in json.loads(asked(python("livedream.engines.openvino_device", device)))]
    except ValueError as fault:
        raise EngineError(
            f"OpenVINO crashes or hangs when it looks for an Intel {device}; update its driver"
        ) from fault


def listed(core: Any, device: str) -> list[str]:
    """List the names of a kind of device; of several of a kind the first is taken, as OpenVINO does."""
    found = [name for name in core.available_devices if name.partition(".")[0] == device]
    return [str(core.get_property(name, "FULL_DEVICE_NAME")).strip() for name in found]


def engine_of(name: str, compiled: Any, number_format: NumberFormat) -> OpenVinoEngine:
    """Return what runs a compiled model, under the name of its engine."""
    engine = OpenVinoEngine(compiled, number_format)
    engine.name = name if number_format == "float32" else f"{name} {number_format}"
    return engine


def cache_key(name: str, program: Program, adapter: Adapter) -> str:
    """Name everything that a built engine depends on: program, versions, device, our own code."""
    versions = (adapter.driver, importlib.metadata.version("torch"))
    return repr((name, program.fingerprint(), recipe(OWN_CODE), versions, adapter.name))


def load(
    name: str, program: Program, cache: EngineCache, adapter: Adapter
) -> tuple[OpenVinoEngine, Check] | None:
    """Load a program's engine from the cache; None if it is not there or cannot be used."""
    entry = cache.get(cache_key(name, program, adapter))
    if entry is None:
        return None
    try:
        number_format: NumberFormat = entry.facts["number_format"]
        # Not the core that all share: a device that was lost may need its plugin loaded anew.
        compiled = new_core().import_model(entry.blob, DEVICES[name], config(number_format))
        return engine_of(name, compiled, number_format), Check(**entry.facts["check"])
    except (RuntimeError, KeyError, TypeError):
        return None  # foreign, outdated, or made with another driver: it is built anew


if __name__ == "__main__":  # the process that `names` asks
    sys.stdout.write(json.dumps(listed(core(), sys.argv[1])))
