"""The doctor's look at the engines for graphics adapters of every make: WebGPU, Core ML, OpenVINO's GPU.

`livedream --help` names the engines, so what they need is imported when one is looked at.
"""

from __future__ import annotations

import sys

from livedream.errors import EngineError
from livedream.health import Health

_UPDATE = "Update its driver; until then livedream dreams without it."
_MEANT_FOR = "For GPUs of AMD, Intel and Apple; for an NVIDIA GPU see docs/nvidia.md."


def onnxruntime_engine(name: str) -> Health:
    """Return the adapter that an engine of ONNX Runtime's runs on, and whether its packages are there."""
    from livedream.engines.adapters import adapter, asked, python
    from livedream.engines.onnxruntime_kinds import EXTRA, KINDS, installed_runtime, require, runtime

    kind, found = KINDS[name], adapter()
    on = f"graphics adapter {found}" if found is not None else "no graphics adapter"
    if not installed_runtime():
        return Health("failed", f"{on}; onnxruntime-webgpu is not installed", f"{EXTRA}\n{_MEANT_FOR}")
    try:
        require(kind)
        runtime(kind)
    except EngineError as fault:
        what, _, way_out = str(fault).partition("; ")
        return Health("failed", f"{on}; {what}", way_out)
    said = asked(python("livedream.engines.provider_trial", name)).strip()
    if said != "taken":
        why = said or "its driver crashes or hangs"
        return Health("failed", f"{on}; ONNX Runtime {installed_runtime()} does not take it: {why}", _UPDATE)
    return Health("live", f"ONNX Runtime {installed_runtime()} on {found}")


def is_webgpu_of_use() -> bool:
    """Return whether WebGPU is worth reporting: it is installed, or there is a real adapter for it."""
    from livedream.engines.adapters import adapter
    from livedream.engines.onnxruntime_kinds import installed_runtime

    found = adapter()
    return bool(installed_runtime()) or (found is not None and not found.is_software)


def is_coreml_of_use() -> bool:
    """Return whether Core ML is worth reporting: on a Mac alone."""
    return sys.platform == "darwin"


def openvino_engine(name: str) -> Health:
    """Return the device that an OpenVINO engine runs on. Raises EngineError if OpenVINO lists none."""
    from livedream.engines import openvino_device

    found = openvino_device.find(name)
    return Health("live", f"{found.driver} on {found}")


def is_openvino_of_use(name: str) -> bool:
    """Return whether OpenVINO lists a device for an engine."""
    from livedream.engines import openvino_device

    try:
        return bool(openvino_device.find(name))
    except EngineError:
        return False
