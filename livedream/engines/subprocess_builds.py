"""The engines that another process builds into the cache, and how each comes about."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol

from livedream.engines.devices import load_torch_library, torch_device
from livedream.engines.engine import Check, Engine
from livedream.errors import EngineMissingError

if TYPE_CHECKING:
    from livedream.engines.adapter_builds import AdapterBuilds
    from livedream.engines.cache import EngineCache

ADAPTER_LIMIT_S = 300.0
"""Drivers that hang are given up early; a deep network on an adapter that is slow takes a minute."""


class Build(Protocol):
    """A build in another process, which leaves its engine in the cache."""

    def wait(self) -> None:
        """Wait for its end. Raises EngineError."""
        ...

    def cancel(self) -> None:
        """Stop it."""
        ...


class Begin(Protocol):
    """Starts a build."""

    def __call__(self, program: Any, cache: EngineCache, *, polite: bool) -> Build:
        """Start it. Raises EngineError."""
        ...


@dataclass(frozen=True, slots=True)
class SubprocessBuilds:
    """How an engine that another process builds comes about.

    load: takes it from the cache. builds: number format, "" where the build chooses it -> what starts to
    build it into the cache. warm_up: starts what will build, before there is a program. close: ends what
    waits for the next build. verdict: how an engine did when it was built, or why it could not be, without
    loading it; None if that is not known. suits: whether it is worth trying unasked. asks: whether these two
    would ask a driver first, which takes seconds if it hangs.
    refuse: remembers why a program's engine, which hung, is not to be taken unasked again; of None why
    none is, as one that had won failed. limit_s: after so
    long a build counts as hanging, though it gives way to a show or whoever wants it would wait for longer.
    """

    load: Callable[[Any, EngineCache], tuple[Engine, Check] | None]
    builds: Mapping[str, Begin]
    close: Callable[[], None] = lambda: None
    warm_up: Callable[[EngineCache], None] = lambda _: None
    verdict: Callable[[Any, EngineCache], Check | str | None] = lambda *_: None
    suits: Callable[[], bool] = lambda: True
    asks: Callable[[], bool] = lambda: False
    refuse: Callable[[Any, EngineCache, str], None] = lambda *_: None
    limit_s: float = math.inf


def openvino() -> SubprocessBuilds:
    """Return how another process builds for OpenVINO. Raises EngineError if it is not installed."""
    from livedream.engines import openvino, openvino_core

    try:
        openvino_core.runtime()
    except ImportError as fault:
        raise EngineMissingError("the engine openvino is not installed; pip install openvino") from fault
    builds = openvino.Builds()
    return SubprocessBuilds(openvino.load, {"": builds}, builds.close, builds.warm_up)


def tensorrt(flavour: Literal["tensorrt", "tensorrt-rtx"]) -> SubprocessBuilds:
    """Return how another process builds for TensorRT."""
    from livedream.engines import tensorrt

    return SubprocessBuilds(
        partial(tensorrt.load, flavour=flavour), {"": partial(tensorrt.Build, flavour=flavour)}
    )


def compiled() -> SubprocessBuilds:
    """Return how another process compiles with torch, for this machine's device."""
    load_torch_library()
    from livedream.engines import compiled
    from livedream.engines.on_device import number_formats

    device = torch_device()
    builds: dict[str, Begin] = {
        form: partial(compiled.Build, device=device, number_format=form) for form in number_formats(device)
    }
    return SubprocessBuilds(partial(compiled.load, device=device), builds)


def onnxruntime(name: str) -> SubprocessBuilds:
    """Return how another process builds for ONNX Runtime."""
    from livedream.engines import onnxruntime_engine
    from livedream.engines.adapter_builds import AdapterBuilds, AdapterEngine
    from livedream.engines.adapters import has_node
    from livedream.engines.onnxruntime_kinds import KINDS, require

    kind = KINDS[name]
    builds = AdapterBuilds(
        AdapterEngine(
            name,
            "livedream.engines.build_onnxruntime",
            partial(require, kind),
            partial(onnxruntime_engine.cache_key, kind),
            partial(onnxruntime_engine.load, kind),
            has_node,
        )
    )
    return _for_adapter(builds)


def openvino_device(name: str) -> SubprocessBuilds:
    """Return how another process builds for a device that OpenVINO lists besides the processor."""
    from livedream.engines import openvino_device
    from livedream.engines.adapter_builds import AdapterBuilds, AdapterEngine
    from livedream.engines.adapters import has_node

    builds = AdapterBuilds(
        AdapterEngine(
            name,
            "livedream.engines.build_openvino_device",
            partial(openvino_device.find, name),
            partial(openvino_device.cache_key, name),
            partial(openvino_device.load, name),
            lambda: has_node(openvino_device.NODES[openvino_device.DEVICES[name]]),
        )
    )
    return _for_adapter(builds)


def _for_adapter(builds: AdapterBuilds) -> SubprocessBuilds:
    return SubprocessBuilds(
        builds.load,
        {"": builds.begin},
        verdict=builds.verdict,
        suits=builds.suits,
        asks=builds.asks,
        refuse=builds.refuse,
        limit_s=ADAPTER_LIMIT_S,
    )
