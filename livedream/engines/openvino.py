"""The OpenVINO engine: the fast one on CPUs and on Intel GPUs.

Building one takes some seconds and loads torch, so a process of its own does it: the show does not
stall and its memory stays small. What it built is cached and loads in a fifth of a second.
"""

from __future__ import annotations

import importlib.metadata
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from livedream.engines.build_process import BuildServer
from livedream.engines.cache import EngineCache
from livedream.engines.engine import Check, NumberFormat, Program, recipe
from livedream.engines.openvino_core import apart, core, forgetting, runtime
from livedream.errors import EngineError

if TYPE_CHECKING:
    from torch import Tensor, nn

OWN_CODE = ("openvino.py", "openvino_loop.py", "build_openvino.py", "eight_bits.py")
"""Files of this folder that have a part in how an engine comes out."""

PRECISION: dict[NumberFormat, str] = {"float32": "f32", "bfloat16": "bf16", "float16": "f16", "int8": "f32"}
"""OpenVINO's names of the number formats; of int8 what is computed beside."""


class OpenVinoEngine:
    """Runs a program compiled by OpenVINO for the CPU."""

    device = None

    def __init__(self, compiled: Any, number_format: NumberFormat) -> None:
        self.name = "openvino" if number_format == "float32" else f"openvino {number_format}"
        self.number_format = number_format
        self._compiled = compiled
        self._request = compiled.create_infer_request()

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run once; the inputs may be views of any strides."""
        image, *rest = inputs
        self._request.get_input_tensor(0).data[...] = image.transpose(0, 2, 3, 1)
        for index, array in enumerate(rest, 1):
            self._request.get_input_tensor(index).data[...] = array
        self._request.infer(share_outputs=True)  # not shared, they are copied, for nothing
        output: NDArray[np.float32] = self._request.get_output_tensor(0).data.copy()
        return output.transpose(0, 3, 1, 2)

    def close(self) -> None:
        """Release the compiled model."""
        self._request = self._compiled = None


def machine() -> tuple[Any, ...]:
    """Return what decides besides the program how an engine comes out: versions, processor, our own code."""
    processor = (
        core().get_property("CPU", "FULL_DEVICE_NAME"),
        core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    )
    versions = (runtime().get_version(), importlib.metadata.version("torch"))
    kept_to = os.environ.get("ONEDNN_MAX_CPU_ISA", "")  # the instructions that oneDNN may use
    return recipe(OWN_CODE), versions, processor, os.cpu_count(), kept_to


def cache_key(program: Program) -> str:
    """Name everything that a built engine depends on: program, versions, processor, configuration."""
    return repr(("openvino", program.fingerprint(), *machine()))


def number_formats() -> tuple[NumberFormat, ...]:
    """List the formats that this processor computes in, the reference's first.

    Eight bits are for those without bfloat16, which is nearer to the truth and as fast or faster.
    """
    native = core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    half: dict[str, NumberFormat] = {"BF16": "bfloat16", "INT8": "int8"}
    return ("float32", *[half[one] for one in half if one in native][:1])


def config(number_format: NumberFormat) -> dict[str, str]:
    """Return the properties that a program is compiled and loaded with."""
    return {"INFERENCE_PRECISION_HINT": PRECISION[number_format], "PERFORMANCE_HINT": "LATENCY"}


def load(program: Program, cache: EngineCache) -> tuple[OpenVinoEngine, Check] | None:
    """Load a program's engine from the cache; None if it is not there or cannot be used."""
    with apart():
        entry = cache.get(cache_key(program))
        if entry is None:
            return None
        try:
            number_format: NumberFormat = entry.facts["number_format"]
            with forgetting():
                compiled = core().import_model(entry.blob, "CPU", config(number_format))
            return OpenVinoEngine(compiled, number_format), Check(**entry.facts["check"])
        except (RuntimeError, KeyError, TypeError):
            return None  # a foreign or outdated entry: it is built anew


def convert(
    program: Program,
    traced: Callable[[nn.Module], object] | None = None,
    number_format: NumberFormat = "float32",
) -> Any:
    """Convert a program to an OpenVINO model.

    traced: called with the program's module once it is traced, after which it may run, in another thread too.
    number_format: the one that it is for; but for int8 all have the same model. Raises EngineError if that is
    of no use: OpenVINO rounds nothing in a loop.
    """
    import torch

    from livedream.engines.openvino_loop import loops_of

    module = program.make("int8") if number_format == "int8" else program.make()
    if number_format == "int8" and loops_of(module):
        raise EngineError("the engine openvino int8 cannot be made: steps that run in a loop are not rounded")
    example = [torch.from_numpy(array) for array in program.example()]
    return _channels_last(_graph(module, example, traced))


def _graph(
    module: nn.Module, example: Sequence[Tensor], when_traced: Callable[[nn.Module], object] | None = None
) -> Any:
    """Make a graph of a module, with a loop for each of its loops.

    It takes the steps of `openvino.convert_model` that are needed, in a third of its time.
    """
    import torch

    openvino = runtime()
    from openvino._offline_transformations import apply_moc_transformations
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    from livedream.engines.openvino_loop import traced_loops

    with traced_loops(module) as loops, torch.inference_mode(), warnings.catch_warnings():
        # Shapes are fixed on purpose; torch warns of each one that tracing turns into a constant.
        warnings.simplefilter("ignore")
        sealed = _sealed(module)
        traced = torch.jit.trace(sealed, tuple(example), check_trace=False)  # type: ignore[no-untyped-call]
        # Of 3500 nodes 2100 are constants, most of them alike, and to convert all takes two thirds longer.
        torch._C._jit_pass_constant_pooling(traced.graph)  # type: ignore[attr-defined]
        decoder = TorchScriptPythonDecoder(traced, example_input=tuple(example))
    if when_traced is not None:
        when_traced(module)
    frontend = FrontEndManager().load_by_framework("pytorch")
    for loop in loops:
        frontend.add_extension(loop.converted(_graph))
    graph = frontend.load(decoder)
    # The first one is the module itself.
    for place, tensor in zip(graph.get_inputs()[-len(example) :], example, strict=True):
        graph.set_partial_shape(place, openvino.PartialShape(list(tensor.shape)))
    model = frontend.convert(graph)
    # Not for speed alone: what it does not simplify (2026.4), the CPU plugin computes wrongly in places.
    apply_moc_transformations(model, cf=False, smart_reshape=False)
    return model


def _sealed(module: nn.Module) -> nn.Module:
    """Return a module that does the same and shows no submodules, whose weights become a trace's constants.

    Making a script of each of hundreds of submodules takes a trace longer than all else.
    """
    from torch import nn

    class Sealed(nn.Module):
        def forward(self, *tensors: Tensor) -> Any:
            return module(*tensors)

    module.requires_grad_(False)  # else they cannot be constants
    return Sealed()


def _channels_last(model: Any) -> Any:
    """Set the model's input and output to NHWC, as images lie in memory, so that nothing is transposed."""
    from openvino.preprocess import PrePostProcessor

    ports = PrePostProcessor(model)
    for port in (ports.input(0), ports.output(0)):
        port.tensor().set_layout(runtime().Layout("NHWC"))
        port.model().set_layout(runtime().Layout("NCHW"))
    return ports.build()


class Builds:
    """Starts builds that leave their engines in the cache, in processes that stay for the next program.

    Those of low priority have processes of their own: none gets a higher one again.
    """

    def __init__(self) -> None:
        self._idle: dict[tuple[bool, str], BuildServer] = {}

    def __call__(self, program: Program, cache: EngineCache, *, polite: bool = False) -> Build:
        """Start to build a program. Raises EngineError."""
        key = polite, str(cache.folder)
        server = self._alive(key) or _server(cache)
        self._idle.pop(key, None)
        server.send(program, polite=polite)
        return Build(server, lambda: self._idle.__setitem__(key, server))

    def warm_up(self, cache: EngineCache) -> None:
        """Start a process, which loads its libraries, before there is a program. Raises EngineError."""
        key = False, str(cache.folder)
        if self._alive(key) is None:
            self._idle[key] = _server(cache)

    def _alive(self, key: tuple[bool, str]) -> BuildServer | None:
        """Return the process that waits; one that has ended or was cancelled is closed."""
        server = self._idle.get(key)
        if server is None or server.is_alive:
            return server
        self._idle.pop(key).close()
        return None

    def close(self) -> None:
        """Close the processes that wait for a program."""
        while self._idle:
            self._idle.popitem()[1].close()


def _server(cache: EngineCache) -> BuildServer:
    return BuildServer("openvino", "livedream.engines.build_openvino", [str(cache.folder)])


@dataclass(frozen=True, slots=True)
class Build:
    """A build in a server that is free again after it. free: takes the server back."""

    server: BuildServer
    free: Callable[[], None]

    def wait(self) -> None:
        """Wait for its end. Raises EngineError with its reason if it failed or was cancelled."""
        try:
            self.server.wait()
        except EngineError:
            self.server.close()
            raise
        self.free()

    def cancel(self) -> None:
        """Stop it."""
        self.server.cancel()
