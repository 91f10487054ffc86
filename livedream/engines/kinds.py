"""The engines that there are: a row each, read by the builder, the command line and the doctor."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from livedream.engines import doctor_gpu, doctor_tensorrt, doctor_torch, in_process, subprocess_builds
from livedream.engines.devices import Device, torch_device
from livedream.engines.in_process import Made
from livedream.engines.subprocess_builds import SubprocessBuilds
from livedream.health import Health
from livedream.registry import Registry

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EngineKind:
    """How an engine can be had, how it comes about, and what the doctor says of it.

    doctor: live if it can be had here; may raise anything. ranks: the devices that it is for -> its place
    among those that "auto" tries there, the fastest first; none: it is taken only by its name. rivals: the
    devices on which "auto" lets it race against the one that was made, and takes it if it is clearly faster.
    packages: the modules that it needs besides torch. library: the distribution that has them. built: how
    another process builds it into the cache; made: makes it here, for one program, and says what else was
    tried; one of the two. check: raises EngineError where it cannot be made. at_once: it is made so fast that
    nothing bridges the time. is_of_use: the doctor looks at it.
    """

    doctor: Callable[[], Health]
    ranks: Mapping[Device, float] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    library: str = ""
    built: Callable[[], SubprocessBuilds] | None = None
    made: Callable[[Any, Tell], Made] | None = None
    check: Callable[[], None] = lambda: None
    at_once: bool = False
    is_of_use: Callable[[], bool] = lambda: True
    rivals: frozenset[Device] = frozenset()

    def __post_init__(self) -> None:
        if (self.built is None) == (self.made is None):
            raise ValueError("an engine is either built elsewhere or made here")

    @property
    def is_installed(self) -> bool:
        """Return whether its packages are installed, without importing them."""
        return all(importlib.util.find_spec(package) is not None for package in self.packages)


ENGINES: Registry[EngineKind] = Registry("an engine")
"""The engines by name; whoever adds one here can choose it, and "auto" tries it where it has a rank."""


def candidates() -> tuple[str, ...]:
    """List the engines for "auto" whose packages are installed, the one expected to be fastest first."""
    device = torch_device()
    ranked = [(kind.ranks[device], name) for name, kind in ENGINES.items() if device in kind.ranks]
    return tuple(name for _, name in sorted(ranked) if ENGINES[name].is_installed)


def rivals() -> tuple[str, ...]:
    """List the engines that may race against the one that "auto" made, those whose packages are installed."""
    device = torch_device()
    return tuple(name for name, kind in ENGINES.items() if device in kind.rivals and kind.is_installed)


def openvino_health() -> Health:
    """Return OpenVINO's version and the processor that it runs on."""
    from livedream.engines.openvino_core import core

    processor = str(core().get_property("CPU", "FULL_DEVICE_NAME")).strip()
    return Health("live", f"OpenVINO {importlib.metadata.version('openvino')} on {processor}")


ENGINES.add(
    "tensorrt",
    EngineKind(
        doctor_tensorrt.tensorrt_engine,
        {"cuda": 1},
        ("torch_tensorrt", "tensorrt"),
        built=partial(subprocess_builds.tensorrt, "tensorrt"),
        is_of_use=partial(doctor_tensorrt.is_of_use, doctor_tensorrt.TENSORRT),
    ),
)
ENGINES.add(
    "tensorrt-rtx",
    EngineKind(
        doctor_tensorrt.rtx_engine,
        {"cuda": 2},
        ("tensorrt_rtx", "onnx", "onnxscript"),
        built=partial(subprocess_builds.tensorrt, "tensorrt-rtx"),
        is_of_use=partial(doctor_tensorrt.is_of_use, doctor_tensorrt.RTX),
    ),
)
ENGINES.add(
    "openvino",
    EngineKind(
        openvino_health, {"cpu": 1}, ("openvino",), library="openvino", built=subprocess_builds.openvino
    ),
)
ENGINES.add(
    "openvino-gpu",
    EngineKind(
        partial(doctor_gpu.openvino_engine, "openvino-gpu"),
        rivals=frozenset({"cpu"}),
        packages=("openvino",),
        library="openvino",
        built=partial(subprocess_builds.openvino_device, "openvino-gpu"),
        is_of_use=partial(doctor_gpu.is_openvino_of_use, "openvino-gpu"),
    ),
)
ENGINES.add(
    "openvino-npu",  # of no rank and no race: it is taken by its name alone
    EngineKind(
        partial(doctor_gpu.openvino_engine, "openvino-npu"),
        packages=("openvino",),
        library="openvino",
        built=partial(subprocess_builds.openvino_device, "openvino-npu"),
        is_of_use=partial(doctor_gpu.is_openvino_of_use, "openvino-npu"),
    ),
)
ENGINES.add(
    "coreml",
    EngineKind(
        partial(doctor_gpu.onnxruntime_engine, "coreml"),
        rivals=frozenset({"cpu"}),
        packages=("onnxruntime", "onnx", "onnxscript"),
        built=partial(subprocess_builds.onnxruntime, "coreml"),
        is_of_use=doctor_gpu.is_coreml_of_use,
    ),
)
ENGINES.add(
    "webgpu",
    EngineKind(
        partial(doctor_gpu.onnxruntime_engine, "webgpu"),
        rivals=frozenset({"cpu"}),
        packages=("onnxruntime", "onnx", "onnxscript"),
        built=partial(subprocess_builds.onnxruntime, "webgpu"),
        is_of_use=doctor_gpu.is_webgpu_of_use,
    ),
)
ENGINES.add(
    "compiled",
    EngineKind(
        doctor_torch.compiled_engine, {"cpu": 2, "cuda": 3}, library="torch", built=subprocess_builds.compiled
    ),
)
ENGINES.add(
    "captured",
    EngineKind(
        doctor_torch.captured_engine,
        {"cuda": 4},
        library="torch",
        made=in_process.captured_and_checked,
        check=in_process.check_capturing,
        is_of_use=lambda: doctor_torch.driver_cuda() is not None,
    ),
)
ENGINES.add(
    "eager",
    EngineKind(
        doctor_torch.eager_engine,
        {"cpu": 9, "cuda": 9},
        library="torch",
        at_once=True,
        made=lambda program, _: in_process.eager(program),
    ),
)
