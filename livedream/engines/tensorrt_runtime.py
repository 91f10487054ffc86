"""The two TensorRT runtimes: what they need, and what of that this machine has."""

from __future__ import annotations

import importlib
import importlib.metadata
from functools import cache
from types import ModuleType
from typing import Any, Literal

from livedream.errors import EngineMissingError

Flavour = Literal["tensorrt", "tensorrt-rtx"]

EXTRA: dict[Flavour, str] = {"tensorrt": "tensorrt", "tensorrt-rtx": "rtx"}
"""The extra of livedream that brings what a flavour needs."""

MODULE: dict[Flavour, str] = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}
"""What a flavour's runtime is imported as."""

DISTRIBUTIONS: dict[Flavour, tuple[str, ...]] = {
    "tensorrt": ("torch", "torch-tensorrt", "tensorrt"),
    "tensorrt-rtx": ("torch", "tensorrt-rtx", "onnx", "onnxscript"),
}
"""The packages that have a part in building a flavour's engines."""


def runtime(flavour: Flavour) -> ModuleType:
    """Import a flavour's runtime. Raises EngineError with the way out if it is missing or broken."""
    return imported(MODULE[flavour], flavour)


def imported(module: str, flavour: Flavour) -> ModuleType:
    """Import what a flavour needs. Raises EngineError with the way out if it is missing or broken."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as fault:
        raise _not_installed(flavour, str(fault.name)) from fault
    except Exception as fault:  # without a driver torch_tensorrt raises AssertionError, OSError or Exception
        why = " ".join(str(fault).split()) or type(fault).__name__
        raise EngineMissingError(
            f"the engine {flavour} cannot load {module}: {why}; it needs an NVIDIA GPU with its driver, "
            f"and pip install 'livedream[{EXTRA[flavour]}]'"
        ) from fault


def _not_installed(flavour: Flavour, package: str) -> EngineMissingError:
    way_out = f"pip install 'livedream[{EXTRA[flavour]}]'"
    return EngineMissingError(f"the engine {flavour} needs {package}, which is not installed; {way_out}")


def versions(flavour: Flavour) -> tuple[str, ...]:
    """List the packages that build a flavour's engines with their versions; imports none.

    Raises EngineError with the way out if one is missing.
    """
    found = []
    for package in DISTRIBUTIONS[flavour]:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError as fault:
            raise _not_installed(flavour, package) from fault
    return tuple(found)


def gpu(flavour: Flavour) -> tuple[str, str]:
    """Return the GPU's name and its compute capability, such as "8.9".

    Raises EngineError if torch finds no GPU.
    """
    import torch  # a list of engines does without it

    if not torch.cuda.is_available():
        raise EngineMissingError(
            f"the engine {flavour} needs an NVIDIA GPU, and torch {torch.__version__} finds none; install "
            "the driver and a torch with CUDA"
        )
    major, minor = torch.cuda.get_device_capability()
    return torch.cuda.get_device_name(), f"{major}.{minor}"


def require(flavour: Flavour) -> None:
    """Raise EngineError with the way out if a flavour's engines cannot run on this machine."""
    versions(flavour)
    name, capability = gpu(flavour)
    trt = runtime(flavour)
    # TensorRT builds for the GPU at hand; TensorRT-RTX has a list.
    if flavour == "tensorrt-rtx" and not hasattr(trt.ComputeCapability, f"SM{capability.replace('.', '')}"):
        raise EngineMissingError(
            f"the engine tensorrt-rtx does not support the compute capability {capability} of {name}; pip "
            f"install 'livedream[{EXTRA['tensorrt']}]' for the engine tensorrt"
        )


@cache
def listener(trt: ModuleType) -> Any:
    """Return the logger that collects a runtime's errors silently; `reason` returns them.

    There is one for as long as the process lives: TensorRT goes on using the first that it was given.
    """

    class Listener(trt.ILogger):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            trt.ILogger.__init__(self)
            self.errors: list[str] = []

        def log(self, severity: Any, message: str) -> None:
            if severity in (trt.ILogger.Severity.ERROR, trt.ILogger.Severity.INTERNAL_ERROR):
                self.errors.append(" ".join(message.split()))

    return Listener()


def reason(log: Any) -> str:
    """Return the first error that a listener has logged and clear the rest, which follow from it."""
    errors, log.errors = log.errors, []
    return str(errors[0]) if errors else "TensorRT gave no reason"
