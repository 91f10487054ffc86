"""The engines that ONNX Runtime runs on a GPU: how a built one runs, is kept and is loaded.

Nothing of a frame's pictures is computed on the processor: a graph of which a single step would have to be is
refused. The picture has one buffer on the GPU on its way in, and one on its way out.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from livedream.engines.adapters import Adapter
from livedream.engines.cache import EngineCache, Entry
from livedream.engines.engine import Check, NumberFormat, Program, recipe
from livedream.engines.onnx_parts import Parts
from livedream.engines.onnxruntime_kinds import OnnxRuntimeKind, runtime, versions
from livedream.errors import EngineError

OWN_CODE = (
    "onnxruntime_engine.py",
    "onnxruntime_kinds.py",
    "build_onnxruntime.py",
    "onnx_parts.py",
    "onnx_for_coreml.py",
    "export.py",
)


@dataclass(frozen=True, slots=True)
class OnnxPlan:
    """What one engine is made of. inputs: their names in the program's order."""

    number_format: NumberFormat
    parts: Parts
    inputs: tuple[str, ...]

    def blob(self) -> bytes:
        """Return both models as they are kept."""
        return struct.pack("<Q", len(self.parts.host)) + self.parts.host + self.parts.device


def stored_plan(entry: Entry) -> OnnxPlan:
    """Return the plan stored in an entry. Raises KeyError, TypeError or ValueError if it is invalid."""
    number_format: NumberFormat = entry.facts["number_format"]
    if number_format not in get_args(NumberFormat) or len(entry.blob) < 8:
        raise ValueError("it is no engine")
    (length,) = struct.unpack("<Q", entry.blob[:8])
    parts = Parts(entry.blob[8 : 8 + length], entry.blob[8 + length :])
    return OnnxPlan(number_format, parts, tuple(entry.facts["inputs"]))


class OnnxRuntimeEngine:
    """Runs a program that was exported to ONNX, on a graphics adapter.

    Raises EngineError if ONNX Runtime cannot take the graph, or would leave a part of it to the processor.
    """

    device = None

    def __init__(self, kind: OnnxRuntimeKind, plan: OnnxPlan) -> None:
        self.number_format = plan.number_format
        self.name = kind.name if plan.number_format == "float32" else f"{kind.name} {plan.number_format}"
        self._library, self._inputs = runtime(kind), plan.inputs
        try:
            self._host = _host_session(self._library, plan.parts.host) if plan.parts.host else None
            self._device = _device_session(self._library, kind, plan.parts.device)
            self._binding = self._device.io_binding()
            (self._output,) = self._device.get_outputs()
        except Exception as fault:  # it raises classes of its own, all derived from Exception
            raise EngineError(f"the engine {self.name} cannot take the kernel: {_reason(fault)}") from fault
        self._wanted = [each.name for each in self._device.get_inputs()]
        self._bound: dict[str, NDArray[Any]] = {}

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Upload what has changed, run once, download the picture. Raises EngineError if the GPU fails."""
        given: dict[str, NDArray[Any]] = dict(zip(self._inputs, inputs, strict=True))
        try:
            if self._host is not None:
                given |= _run_host(self._host, given)
            for name in self._wanted:
                self._bind(name, given[name])
            output = np.empty(self._output.shape, np.float32)
            # It waits for the GPU in the run, where other threads go on; a copy by itself would stop them.
            value = self._library.OrtValue.ortvalue_from_numpy(output)
            self._binding.bind_ortvalue_output(self._output.name, value)
            self._device.run_with_iobinding(self._binding)
        except Exception as fault:  # as above; one that is lost in the midst of a show, too
            raise EngineError(f"the engine {self.name} failed to run: {_reason(fault)}") from fault
        return output

    def close(self) -> None:
        """Release the sessions and their memory on the GPU."""
        self._binding = self._device = self._host = None
        self._bound.clear()

    def _bind(self, name: str, array: NDArray[Any]) -> None:
        """Upload an input, unless it is there already: most are the same for many frames."""
        kept = self._bound.get(name)
        # The picture is another one each time; to compare it takes longer than to copy it.
        if kept is not None and name != self._inputs[0] and np.array_equal(kept, array):
            return
        if kept is None or (kept.shape, kept.dtype) != (array.shape, array.dtype):
            self._bound[name] = kept = np.empty(array.shape, array.dtype)
        np.copyto(kept, array)
        self._binding.bind_cpu_input(name, kept)


def _host_session(library: Any, model: bytes) -> Any:
    """Make what works out some hundred whole numbers: one thread is the fastest."""
    options = library.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return library.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _device_session(library: Any, kind: OnnxRuntimeKind, model: bytes) -> Any:
    """Make what runs on the GPU; it fails if anything of the graph is left to the processor."""
    options = library.SessionOptions()
    options.log_severity_level = 4  # what is raised says it
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    options.add_provider(kind.provider, dict(kind.options))
    session = library.InferenceSession(model, options)
    session.disable_fallback()
    return session


def _run_host(session: Any, given: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    names = [each.name for each in session.get_outputs()]
    taken = {each.name: given[each.name] for each in session.get_inputs()}
    return dict(zip(names, session.run(names, taken), strict=True))


def _reason(fault: BaseException) -> str:
    """Return an error's message in one line, without what ONNX Runtime puts before it."""
    said = str(fault)
    for before in ("FAIL : ", "was false. "):
        said = said.rsplit(before, maxsplit=1)[-1]
    return " ".join(said.split()) or type(fault).__name__


def cache_key(kind: OnnxRuntimeKind, program: Program, adapter: Adapter) -> str:
    """Name everything that a built engine depends on: program, versions, adapter, driver, our own code.

    Raises EngineError if a package is missing.
    """
    kernel = kind.name, program.fingerprint(), recipe(OWN_CODE)
    return repr((*kernel, versions(kind), tuple(kind.options.items()), (adapter.name, adapter.driver)))


def load(
    kind: OnnxRuntimeKind, program: Program, cache: EngineCache, adapter: Adapter
) -> tuple[OnnxRuntimeEngine, Check] | None:
    """Load a program's engine from the cache; None if it is not there or cannot be used."""
    entry = cache.get(cache_key(kind, program, adapter))
    if entry is None:
        return None
    try:
        plan, checked = stored_plan(entry), Check(**entry.facts["check"])
    except (KeyError, TypeError, ValueError, struct.error):
        return None  # a foreign or outdated entry: it is built anew
    return OnnxRuntimeEngine(kind, plan), checked
