"""Build one TensorRT engine into the cache: the program of the building process.

It reads a pickled program from standard input; its arguments are the flavour, the cache's folder and
the number format, empty for the fastest that agrees with the reference.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray

from livedream.engines.build_process import serve
from livedream.engines.cache import EngineCache, facts_of
from livedream.engines.eager import EagerEngine
from livedream.engines.engine import CLEARLY, Check, DeviceEngine, NumberFormat, Program, check
from livedream.engines.export import exported, in_a_line, input_names, to_onnx
from livedream.engines.on_device import full_float32
from livedream.engines.tensorrt import Plan, TensorRtEngine, cache_key
from livedream.engines.tensorrt_runtime import (
    Flavour,
    gpu,
    imported,
    listener,
    reason,
    require,
    runtime,
    versions,
)
from livedream.errors import EngineError

NUMBER_FORMATS: tuple[NumberFormat, ...] = ("float32", "float16", "bfloat16")
"""What is tried, the reference's format first."""

TIMED_RUNS = 10


@dataclass(frozen=True, slots=True)
class _Built:
    """An engine that agrees with the reference. device_ms: one run without the way in and out."""

    plan: Plan
    check: Check
    device_ms: float


def build(
    program: Program, cache: EngineCache, flavour: Flavour, number_format: NumberFormat | None = None
) -> None:
    """Build in each number format, keep the fastest that agrees with the reference, or the one asked for.

    Raises EngineError if there is none, OSError if it cannot be stored.
    """
    begun_s = time.monotonic()
    _prepare(flavour)
    wanted = NUMBER_FORMATS if number_format is None else tuple(dict.fromkeys(("float32", number_format)))
    built, refused = _agreeing(program, flavour, wanted, _reference(program))
    if number_format in refused:
        raise EngineError(refused[number_format])
    chosen = _fastest(built) if number_format is None else built[-1]
    facts = facts_of(flavour, chosen.plan.number_format, program, chosen.check, time.monotonic() - begun_s)
    times = {one.plan.number_format: one.device_ms for one in built}
    chosen.plan.put(
        cache, cache_key(program, flavour, number_format), facts | {"device_ms": times, "refused": refused}
    )


def _prepare(flavour: Flavour) -> None:
    """Import what a flavour needs. Raises EngineError with the way out if this machine cannot have it."""
    versions(flavour)
    gpu(flavour)
    if flavour == "tensorrt":
        imported("torch_tensorrt", flavour)  # puts itself before TensorRT, so it comes first
    require(flavour)


def _reference(program: Program) -> NDArray[np.float32]:
    with full_float32():
        return EagerEngine(program, "cuda").run(program.example())


def _fastest(built: Sequence[_Built]) -> _Built:
    """Choose a half format only if it is clearly faster: the full one is nearer to the truth."""
    full, *halves = built
    best = min(halves, key=lambda one: one.device_ms, default=full)
    return best if best.device_ms < CLEARLY * full.device_ms else full


def _agreeing(
    program: Program, flavour: Flavour, wanted: Sequence[NumberFormat], reference: NDArray[np.float32]
) -> tuple[list[_Built], dict[NumberFormat, str]]:
    """Build in each format; return those that agree with the reference, and why the others do not.

    Raises EngineError if the full format does not: a wrong graph is not to hide behind what a half
    format may differ by.
    """
    built: list[_Built] = []
    refused: dict[NumberFormat, str] = {}
    for number_format in wanted:
        try:
            built.append(_checked(program, flavour, number_format, reference))
        except EngineError as fault:
            if number_format == "float32":
                raise
            refused[number_format] = str(fault)
    return built, refused


def _checked(
    program: Program, flavour: Flavour, number_format: NumberFormat, reference: NDArray[np.float32]
) -> _Built:
    plan = make_plan(program, flavour, number_format)
    engine = TensorRtEngine(flavour, plan)
    try:
        checked, device_ms = check(engine, program, reference), best_device_ms(engine, program)
        # By now it has run, so that all of it is compiled.
        plan = Plan(number_format, plan.blob, plan.inputs, engine.machine_code())
    finally:
        engine.close()
    return _Built(plan, checked, device_ms)


@torch.inference_mode()
def best_device_ms(engine: DeviceEngine, program: Program) -> float:
    """Measure the shortest run on the GPU alone, in milliseconds."""
    inputs = [torch.from_numpy(array).to(engine.device) for array in program.example()]
    times: list[float] = []
    for _ in range(TIMED_RUNS):
        start, end = _event(), _event()
        start.record()
        engine.call(inputs)
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return min(times)


def _event() -> torch.cuda.Event:
    return torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]


def make_plan(program: Program, flavour: Flavour, number_format: NumberFormat) -> Plan:
    """Build a program's whole graph into one engine. Raises EngineError if that cannot be done."""
    if flavour == "tensorrt":
        graph = exported(program, number_format, "cuda")
        example = [torch.from_numpy(array).cuda() for array in program.example()]
        blob = from_exported(graph, example)
    else:
        graph = exported(program, number_format)
        blob = from_onnx(to_onnx(graph))
    return Plan(number_format, blob, tuple(input_names(graph)))


def from_exported(graph: Any, example: Sequence[torch.Tensor]) -> bytes:
    """Build an exported graph with torch-tensorrt. Raises EngineError if it is not one engine as a whole."""
    torch_tensorrt = imported("torch_tensorrt", "tensorrt")
    try:
        # The network is strongly typed: it computes in the formats that the graph's tensors have.
        blob: bytes = torch_tensorrt.dynamo.convert_exported_program_to_serialized_trt_engine(
            graph,
            arg_inputs=example,
            disable_tf32=True,
            require_full_compilation=True,
            cache_built_engines=False,
            reuse_cached_engines=False,
        )
    except Exception as fault:  # each converter raises what it likes
        why = in_a_line(_first_cause(fault))
        raise EngineError(f"torch-tensorrt cannot build the kernel as one engine: {why}") from fault
    return blob


def _first_cause(fault: BaseException) -> BaseException:
    """Return the root cause of an error: torch-tensorrt puts the whole graph into the one that it raises."""
    while fault.__cause__ is not None:
        fault = fault.__cause__
    return fault


def from_onnx(model: bytes, target: str = "CURRENT") -> bytes:
    """Build an ONNX model with TensorRT-RTX. Raises EngineError if it is not one engine as a whole.

    target: the compute capability to build for, as trt.ComputeCapability names it; one other than that
    of the GPU at hand needs no GPU.
    """
    trt = runtime("tensorrt-rtx")
    log = listener(trt)
    log.errors.clear()
    builder = trt.Builder(log)
    network = builder.create_network(1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED))
    parser = trt.OnnxParser(network, log)
    if not parser.parse(model):
        why = parser.get_error(0).desc() if parser.num_errors else reason(log)
        raise EngineError(f"TensorRT-RTX cannot take the kernel as one engine: {' '.join(why.split())}")
    blob = builder.build_serialized_network(network, _config(trt, builder, target))
    if blob is None:
        raise EngineError(f"TensorRT-RTX cannot build the kernel as one engine: {reason(log)}")
    return bytes(blob)


def _config(trt: Any, builder: Any, target: str) -> Any:
    """Configure a build for one GPU, with float32 as it is and not rounded to ten bits."""
    config = builder.create_builder_config()
    config.clear_flag(trt.BuilderFlag.TF32)
    config.num_compute_capabilities = 1
    config.set_compute_capability(getattr(trt.ComputeCapability, target), 0)
    return config


def main() -> int:
    """Build; on failure, print one line on standard error."""
    flavour, folder, number_format = cast(tuple[Flavour, str, NumberFormat | Literal[""]], sys.argv[1:])
    return serve(lambda program: build(program, EngineCache(Path(folder)), flavour, number_format or None))


if __name__ == "__main__":
    sys.exit(main())
