"""The doctor's look at the two engines for NVIDIA cards: TensorRT and TensorRT-RTX.

Nothing of them is loaded: without CUDA torch_tensorrt does not even import. Versions tell enough.
"""

from __future__ import annotations

import importlib.metadata

from livedream.engines import doctor_torch
from livedream.health import Health

TENSORRT, RTX = "torch-tensorrt", "tensorrt-rtx"
"""The distributions that the engines tensorrt and tensorrt-rtx are built with."""

_LIBRARIES = ("tensorrt", "tensorrt-cu13", "tensorrt-cu12")
"""Distributions that TensorRT itself comes in: the first depends on one of the others."""

_EXTRAS = {TENSORRT: "livedream[tensorrt]", RTX: "livedream[rtx]"}
_MEANT_FOR = {
    TENSORRT: "For data-centre and workstation GPUs (on a GeForce RTX: livedream[rtx] instead).",
    RTX: "For GeForce RTX and other RTX GPUs (in a data centre: livedream[tensorrt] instead).",
}
_NO_DRIVER = "Only with an NVIDIA card: install its driver; see NVIDIA GPU."


def is_of_use(distribution: str) -> bool:
    """Return whether an engine is worth reporting: there is an NVIDIA driver, or it is installed."""
    return doctor_torch.driver_cuda() is not None or bool(version(distribution))


def tensorrt_engine() -> Health:
    """Check the versions of torch-tensorrt and TensorRT, and whether they fit torch and the driver."""
    own, torch = version(TENSORRT), doctor_torch.installed_torch()
    if not own:
        return _absent(TENSORRT, RTX)
    library = next(filter(None, map(version, _LIBRARIES)), "")
    found = f"{TENSORRT} {own}, TensorRT {library or 'missing'}"
    if not library:
        return Health("failed", found, _install(TENSORRT))
    if _series(own) != _series(torch.version):
        return Health(
            "failed",
            f"{found}; it needs torch {_series(own)}, but torch {torch.version} is installed",
            _install(TENSORRT, "--upgrade"),
        )
    return _beside_the_other(_on_cuda(found, torch), RTX)


def rtx_engine() -> Health:
    """Check the versions of TensorRT-RTX and of the libraries that export a network to it."""
    versions = {name: version(name) for name in (RTX, "onnx", "onnxscript")}
    if not versions[RTX]:
        return _absent(RTX, TENSORRT)
    found = ", ".join(f"{name} {number or 'missing'}" for name, number in versions.items())
    if not all(versions.values()):
        return Health("failed", found, _install(RTX))
    return _beside_the_other(_on_cuda(found, doctor_torch.installed_torch()), TENSORRT)


def version(distribution: str) -> str:
    """Return the version of an installed distribution, "" if it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _absent(name: str, other: str) -> Health:
    """Return how to install an engine, unless the other one, which conflicts with it, is installed."""
    if version(other):
        return Health(
            "failed",
            f"{name} is not installed; {other} is, and one of the two is enough",
            f"To switch, in a new environment:\n{_install(name)}",
        )
    return Health("failed", f"{name} is not installed", f"{_install(name)}\n{_MEANT_FOR[name]}")


def _on_cuda(found: str, torch: doctor_torch.Torch) -> Health:
    """Return the versions found; the state is "failed" unless torch can use the card."""
    usable, how = doctor_torch.cuda_usable(torch)
    if usable:
        return Health("live", f"{found}, torch {torch.version}")
    reason = "torch cannot use the NVIDIA card" if how else "there is no NVIDIA driver"
    return Health("failed", f"{found}; {reason}", how or _NO_DRIVER)


def _beside_the_other(health: Health, other: str) -> Health:
    """Add a warning if the other engine's distribution is installed too: the two conflict."""
    if not version(other):
        return health
    both = f"{health.message}; {other} is installed too, and the two conflict"
    how = f"Keep one of the two: python -m pip uninstall {other}"
    return Health(health.state, both, "\n".join(filter(None, [health.remedy, how])))


def _install(name: str, *options: str) -> str:
    return " ".join(["python -m pip install", *options, f'"{_EXTRAS[name]}"'])


def _series(number: str) -> str:
    """Return "2.13" for "2.13.0+cu130"."""
    return ".".join(number.split(".")[:2])
