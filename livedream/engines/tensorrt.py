"""The TensorRT engines: TensorRT itself, and TensorRT-RTX, which has the same interface.

Building one takes from some seconds to minutes, so a process of its own does it (`Build`); what it
built is cached and loads in a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livedream.engines.build_process import BuildProcess
from livedream.engines.cache import EngineCache, Entry
from livedream.engines.engine import Check, NumberFormat, Program, recipe
from livedream.engines.on_device import run_arrays, wait_for
from livedream.engines.tensorrt_runtime import Flavour, gpu, listener, reason, require, runtime, versions
from livedream.errors import EngineError

OWN_CODE = ("tensorrt.py", "tensorrt_runtime.py", "build_tensorrt.py", "export.py")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one engine is made of.

    blob: the engine as TensorRT serializes it. inputs: their names in the program's order. machine_code:
    what TensorRT-RTX compiled from the blob for this GPU; it compiles anew what is not there.
    """

    number_format: NumberFormat
    blob: bytes
    inputs: tuple[str, ...]
    machine_code: bytes = b""

    def put(self, cache: EngineCache, key: str, facts: dict[str, Any]) -> None:
        """Store the plan in a cache. Raises OSError."""
        own = {"inputs": self.inputs, "number_format": self.number_format, "blob_ends": len(self.blob)}
        cache.put(key, self.blob + self.machine_code, facts | own)


def stored_plan(entry: Entry) -> Plan:
    """Return the plan stored in an entry. Raises KeyError, TypeError or ValueError if it is invalid."""
    end = int(entry.facts["blob_ends"])
    number_format: NumberFormat = entry.facts["number_format"]
    if number_format not in get_args(NumberFormat):
        raise ValueError(f"there is no number format {number_format}")
    return Plan(number_format, entry.blob[:end], tuple(entry.facts["inputs"]), entry.blob[end:])


class TensorRtEngine:
    """Runs a program that was built into one TensorRT engine.

    Raises EngineError if TensorRT cannot make it ready to run, UnreadablePlanError if it cannot read it.
    """

    def __init__(self, flavour: Flavour, plan: Plan, device: str = "cuda") -> None:
        self.number_format, self.device = plan.number_format, torch.device(device)
        self.name = flavour if plan.number_format == "float32" else f"{flavour} {plan.number_format}"
        trt = runtime(flavour)
        self._log = listener(trt)
        self._log.errors.clear()  # of engines before this one
        self._engine = _deserialized(trt, self._log, plan.blob, self.name)
        self._ports, output = _ports(self._engine, plan.inputs, self.device)
        self._compiled: Any = None
        self._context, self.knows_machine_code = self._ready(flavour, plan.machine_code)
        self._output = torch.empty(output.shape, dtype=output.dtype, device=self.device)
        self._context.set_tensor_address(output.name, self._output.data_ptr())
        self._stream: Any = torch.cuda.Stream()  # type: ignore[no-untyped-call]

    def _ready(self, flavour: Flavour, machine_code: bytes) -> tuple[Any, bool]:
        """Create the context; return whether it had all of its machine code."""
        if flavour == "tensorrt":
            context, known = self._engine.create_execution_context(), True
        else:
            config = self._engine.create_runtime_config()
            self._compiled = config.create_runtime_cache()
            # It refuses, for example, what was compiled with another driver.
            known = bool(machine_code) and self._compiled.deserialize(machine_code)
            config.set_runtime_cache(self._compiled)
            context = self._engine.create_execution_context(config)
        if context is None:
            raise EngineError(f"the engine {self.name} cannot be prepared: {reason(self._log)}")
        return context, known

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Put one run on the current stream; the next call writes over the output.

        Raises ValueError for a tensor that does not fit, EngineError if TensorRT refuses to run.
        """
        fitting = [port.fit(tensor) for port, tensor in zip(self._ports, inputs, strict=True)]
        for port, tensor in zip(self._ports, fitting, strict=True):
            self._context.set_tensor_address(port.name, tensor.data_ptr())
        current = torch.cuda.current_stream()
        # TensorRT makes the host wait at each run on the default stream, so it gets another, between
        # two events.
        stream = current if current.cuda_stream else self._stream
        if stream is not current:
            stream.wait_stream(current)
        if not self._context.execute_async_v3(stream.cuda_stream):
            raise EngineError(f"the engine {self.name} failed to run: {reason(self._log)}")
        if stream is not current:
            current.wait_stream(stream)
        return self._output

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run once on arrays."""
        return run_arrays(self, inputs)

    def machine_code(self) -> bytes:
        """Return what TensorRT-RTX has compiled for this GPU; empty for TensorRT, whose plan has it."""
        return b"" if self._compiled is None else bytes(self._compiled.serialize())

    def close(self) -> None:
        """Release the engine and its memory on the GPU, once no frame uses them."""
        wait_for(self.device)
        self._context = self._compiled = self._engine = None
        self._output = torch.empty(0)


@dataclass(frozen=True, slots=True)
class _Port:
    """An input or the output of an engine."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    def fit(self, tensor: Tensor) -> Tensor:
        """Return the tensor contiguous. Raises ValueError for another shape, number format or device."""
        # TensorRT knows addresses alone: it would read past the end of what is too small.
        told = (tuple(tensor.shape), tensor.dtype, tensor.device.type)
        if told != (self.shape, self.dtype, self.device.type):
            wanted = f"{self.shape} of {self.dtype} on {self.device.type}"
            raise ValueError(f"{self.name} is {wanted}, not {told[0]} of {told[1]} on {told[2]}")
        return tensor.contiguous()


class UnreadablePlanError(EngineError):
    """A plan that is damaged or was made by or for another: it is built anew."""


def _deserialized(trt: ModuleType, log: Any, blob: bytes, name: str) -> Any:
    engine = trt.Runtime(log).deserialize_cuda_engine(blob)
    if engine is None:
        raise UnreadablePlanError(f"the engine {name} cannot be loaded: {reason(log)}")
    return engine


def _ports(engine: Any, inputs: Sequence[str], device: torch.device) -> tuple[list[_Port], _Port]:
    """Return the inputs in the program's order, and the output. Raises UnreadablePlanError if they differ."""
    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    outputs = sorted(set(names) - set(inputs))
    if len(outputs) != 1 or len(names) != len(inputs) + 1:
        raise UnreadablePlanError(
            f"the engine has the tensors {', '.join(names)}, not the inputs "
            f"{', '.join(inputs)} and one output"
        )
    *ports, output = [_port(engine, name, device) for name in [*inputs, *outputs]]
    return ports, output


def _port(engine: Any, name: str, device: torch.device) -> _Port:
    dtypes = {"FLOAT": torch.float32, "INT32": torch.int32, "INT64": torch.int64}
    kind = str(engine.get_tensor_dtype(name).name)
    if kind not in dtypes:
        raise UnreadablePlanError(f"the engine's tensor {name} has the type {kind}, which is not supported")
    return _Port(name, tuple(engine.get_tensor_shape(name)), dtypes[kind], device)


def cache_key(program: Program, flavour: Flavour, number_format: NumberFormat | None = None) -> str:
    """Name everything that a built engine depends on: program, format, versions, GPU, our own code.

    number_format: the one asked for; None: the fastest. Raises EngineError if a package or the GPU is
    missing.
    """
    parts = (flavour, program.fingerprint(), number_format, recipe(OWN_CODE), versions(flavour), gpu(flavour))
    return repr(parts)


def load(
    program: Program, cache: EngineCache, flavour: Flavour, number_format: NumberFormat | None = None
) -> tuple[TensorRtEngine, Check] | None:
    """Load a program's engine from the cache; None if it is not there or cannot be used.

    Raises EngineError if this machine cannot have the engine, whatever is in the cache.
    """
    require(flavour)
    key = cache_key(program, flavour, number_format)
    entry = cache.get(key)
    if entry is None:
        return None
    try:
        plan, checked = stored_plan(entry), Check(**entry.facts["check"])
        engine = TensorRtEngine(flavour, plan)
    except (UnreadablePlanError, KeyError, TypeError, ValueError):
        return None  # a foreign or outdated entry: it is built anew
    if not engine.knows_machine_code:
        _keep_machine_code(engine, program, plan, lambda kept: kept.put(cache, key, entry.facts))
    return engine, checked


def _keep_machine_code(
    engine: TensorRtEngine, program: Program, plan: Plan, put: Callable[[Plan], None]
) -> None:
    """Store what had to be recompiled, so that the next start can skip it."""
    engine.run(program.example())
    with suppress(OSError):  # on a read-only disk each start compiles
        put(replace(plan, machine_code=engine.machine_code()))


class Build(BuildProcess):
    """A build that runs in a process of its own and leaves its engine in the cache.

    number_format: None: the fastest that agrees with the reference. polite: with a low priority, so
    that a show that is on keeps its frame rate.
    """

    def __init__(
        self,
        program: Program,
        cache: EngineCache,
        flavour: Flavour,
        number_format: NumberFormat | None = None,
        *,
        polite: bool = False,
    ) -> None:
        module = "livedream.engines.build_tensorrt"
        arguments = [flavour, str(cache.folder), number_format or ""]
        super().__init__(flavour, module, arguments, program, polite=polite)
