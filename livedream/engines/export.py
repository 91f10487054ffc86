"""From a program to the graphs that engines are built from: torch.export and ONNX."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from livedream.engines.engine import NumberFormat, Program
from livedream.errors import EngineError, EngineMissingError

if TYPE_CHECKING:
    from torch.export import ExportedProgram

LARGEST_FOLDED = 1 << 26
"""Numbers in the largest tensor that is worked out before TensorRT sees it; more than any weight has."""


def exported(
    program: Program, number_format: NumberFormat = "float32", device: str = "cpu"
) -> ExportedProgram:
    """Export a program's module with its example's shapes, in silence.

    device: where its weights lie. Raises EngineError if the module cannot be exported whole.
    """
    module = program.make(number_format).to(device)
    example = tuple(torch.from_numpy(array).to(device) for array in program.example())
    try:
        with _silence():
            return torch.export.export(module, example)
    except Exception as fault:  # torch raises whatever tracing the module raises
        raise EngineError(f"torch cannot export the kernel as one graph: {in_a_line(fault)}") from fault


def input_names(graph: ExportedProgram) -> list[str]:
    """List the names of a graph's inputs in the order that the module takes them."""
    return [str(name) for name in graph.graph_signature.user_inputs]


def to_onnx(graph: ExportedProgram) -> bytes:
    """Translate an exported graph to an ONNX model with its weights in it, in silence.

    Raises EngineError if a package for that is missing or an operation has no translation.
    """
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as fault:
        way_out = "pip install 'livedream[rtx]'"
        raise EngineMissingError(
            f"ONNX graphs need {fault.name}, which is not installed; {way_out}"
        ) from fault
    try:
        with _silence():
            translated = torch.onnx.export(graph, dynamo=True, optimize=False, verbose=False)
            assert translated is not None
            _fold(translated.model)
    except Exception as fault:  # torch wraps what each of its stages raises in classes of its own
        raise EngineError(f"torch cannot translate the kernel to ONNX: {in_a_line(fault)}") from fault
    model: bytes = translated.model_proto.SerializeToString()
    return model


def _fold(model: Any) -> None:
    """Work out in place whatever no input has a part in: flipped weights, masks, shapes.

    The optimizer that torch would run does that too, but takes the square of the graph's length: half a
    minute for four steps.
    """
    from onnx_ir.passes.common import CommonSubexpressionEliminationPass
    from onnxscript import optimizer

    # Steps and octaves share their weights; first, so that each is flipped and kept only once.
    CommonSubexpressionEliminationPass(size_limit=64)(model)
    optimizer.fold_constants(
        model,
        input_size_limit=LARGEST_FOLDED,
        output_size_limit=LARGEST_FOLDED,
        should_fold=lambda node: True if node.op_type == "ConstantOfShape" else None,
    )
    optimizer.remove_unused_nodes(model)


def in_a_line(fault: BaseException) -> str:
    """Return the first line of an error's message, or the name of its type."""
    lines = str(fault).strip().splitlines()
    return lines[0].strip() if lines else type(fault).__name__


@contextmanager
def _silence() -> Iterator[None]:
    """Keep to oneself what torch remarks about itself while it exports."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
