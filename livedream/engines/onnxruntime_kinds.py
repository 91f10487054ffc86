"""The engines that ONNX Runtime runs: WebGPU on any graphics adapter, Core ML on Apple's."""

from __future__ import annotations

import importlib
import importlib.metadata
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

from livedream.engines.adapters import Adapter, adapter
from livedream.engines.engine import NumberFormat
from livedream.errors import EngineMissingError

EXTRA = "pip install 'livedream[webgpu]'"
"""What brings all that both engines need."""

PACKAGES = ("onnxruntime", "onnx", "onnxscript")


@dataclass(frozen=True, slots=True)
class OnnxRuntimeKind:
    """How ONNX Runtime runs an engine.

    provider: its name there. options: of the provider. formats: what is tried, the reference's first.
    """

    name: str
    provider: str
    options: Mapping[str, str] = field(default_factory=dict)
    formats: tuple[NumberFormat, ...] = ("float32", "float16")


KINDS: Mapping[str, OnnxRuntimeKind] = {
    "webgpu": OnnxRuntimeKind("webgpu", "WebGpuExecutionProvider", {"powerPreference": "high-performance"}),
    "coreml": OnnxRuntimeKind(
        "coreml",
        "CoreMLExecutionProvider",
        # No neural engine: it computes in half precision alone, and belongs to whoever asks for it.
        {"ModelFormat": "MLProgram", "MLComputeUnits": "CPUAndGPU", "RequireStaticInputShapes": "1"},
    ),
}


def runtime(kind: OnnxRuntimeKind) -> ModuleType:
    """Import ONNX Runtime. Raises EngineError with the way out if it or its provider is missing."""
    try:
        library = importlib.import_module("onnxruntime")
        library.set_default_logger_severity(3)  # errors: it is silent about what it decides
    except ImportError as fault:
        raise _missing(kind, "onnxruntime") from fault
    if kind.provider not in library.get_available_providers():
        if kind.name == "coreml" and sys.platform != "darwin":
            raise EngineMissingError("the engine coreml needs macOS; use webgpu")
        raise EngineMissingError(
            f"the engine {kind.name} needs an onnxruntime with {kind.provider}; pip uninstall onnxruntime, "
            f"then {EXTRA}"
        )
    return library


def versions(kind: OnnxRuntimeKind) -> tuple[str, ...]:
    """List what builds and runs an engine with its versions; imports none.

    Raises EngineError with the way out if something is missing.
    """
    found = [f"onnxruntime {installed_runtime()}"] if installed_runtime() else []
    if not found:
        raise _missing(kind, "onnxruntime")
    for package in ("torch", "onnx", "onnxscript"):
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError as fault:
            raise _missing(kind, package) from fault
    return tuple(found)


def installed_runtime() -> str:
    """Return the version of ONNX Runtime, "" if none is installed; it comes in several distributions."""
    for distribution in ("onnxruntime-webgpu", "onnxruntime"):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


def require(kind: OnnxRuntimeKind) -> Adapter:
    """Return the adapter that an engine runs on. Raises EngineError with the way out if it cannot be had."""
    versions(kind)
    if kind.name == "coreml" and sys.platform != "darwin":
        raise EngineMissingError("the engine coreml needs macOS; use webgpu")
    found = adapter()
    if found is None:
        raise EngineMissingError(
            f"the engine {kind.name} needs a graphics adapter, and none is found; {_driver()}"
        )
    return found


def _driver() -> str:
    """Return where a driver comes from, on this system."""
    ways = {
        "linux": "install its Vulkan driver (Debian, Ubuntu: sudo apt install mesa-vulkan-drivers)",
        "win32": "install its driver",
    }
    return ways.get(sys.platform, "it needs an Apple chip")


def _missing(kind: OnnxRuntimeKind, package: str) -> EngineMissingError:
    return EngineMissingError(f"the engine {kind.name} needs {package}, which is not installed; {EXTRA}")
