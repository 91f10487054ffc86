"""Each rule against what the operation gives that it replaces; a real kernel as a whole."""

from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("onnx", reason="the extra webgpu is not installed")

import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.engines.export import exported, to_onnx
from livedream.engines.onnx_for_coreml import SUPPORTED, for_coreml, unsupported
from livedream.engines.onnx_parts import parts
from livedream.errors import EngineError

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL

X = np.array([[-2, 0, 1e-6], [3, -0.5, 2]], np.float32)
Z = np.array([[-2, 1, 0], [3, 0.5, -2]], np.float32)

COMPARED = ["Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal"]


def model(nodes: list[Any], weights: dict[str, Any] | None = None, shape: Any = None, **inputs: Any) -> bytes:
    """Build a model whose output is called y; inputs: arrays of their shape."""
    taken = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in inputs.items()
    ]
    held = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in (weights or {}).items()]
    given = [helper.make_tensor_value_info("y", FLOAT, shape)]
    graph = helper.make_graph(nodes, "graph", taken, given, held)
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    return bytes(whole.SerializeToString())


def run(whole: bytes, **inputs: Any) -> Any:
    return ReferenceEvaluator(onnx.load_from_string(whole)).run(None, inputs)[0]


def check(whole: bytes, **inputs: Any) -> None:
    """Compare a model that is rewritten with the model, and see that Core ML has all of it."""
    rewritten = for_coreml(whole)
    parsed = onnx.load_from_string(rewritten)
    onnx.checker.check_model(parsed, full_check=True)
    assert unsupported(parsed.graph.node) == []
    np.testing.assert_allclose(run(rewritten, **inputs), run(whole, **inputs), rtol=1e-6)


def node(kind: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    return helper.make_node(kind, inputs.split(), [output], **attributes)


@pytest.mark.parametrize("kind", ["Abs", "Neg", "Relu"])
def test_what_changes_each_number(kind: str) -> None:
    check(model([node(kind, "x")], x=X), x=X)


@pytest.mark.parametrize("keepdims", [0, 1])
def test_the_smallest_along_an_axis(keepdims: int) -> None:
    nodes = [node("ReduceMin", "x axes", keepdims=keepdims)]
    check(model(nodes, {"axes": np.array([1])}, x=X), x=X)


@pytest.mark.parametrize("kind", COMPARED)
def test_a_choice_by_comparison(kind: str) -> None:
    """Also of numbers that are nearly, or exactly, the same."""
    nodes = [node(kind, "x z", "c"), node("Where", "c x z")]
    check(model(nodes, x=X, z=Z), x=X, z=Z)


@pytest.mark.parametrize("kind", COMPARED)
def test_a_comparison_that_becomes_numbers(kind: str) -> None:
    nodes = [node(kind, "x z", "c"), node("Cast", "c", to=FLOAT)]
    check(model(nodes, x=X, z=Z), x=X, z=Z)


def test_a_choice_of_nothing() -> None:
    """As in the gradient of a ReLU: where it let nothing through, nothing comes back."""
    nodes = [node("Greater", "x zero", "c"), node("Where", "c z zero")]
    check(model(nodes, {"zero": np.float32(0)}, x=X, z=Z), x=X, z=Z)


def test_a_choice_of_halves_by_numbers_in_full() -> None:
    half = TensorProto.FLOAT16
    nodes = [
        node("Greater", "x z", "c"),
        node("Cast", "x", "xh", to=half),
        node("Cast", "z", "zh", to=half),
        node("Where", "c xh zh", "yh"),
        node("Cast", "yh", to=FLOAT),
    ]
    check(model(nodes, x=X, z=Z), x=X, z=Z)


@pytest.mark.parametrize("pads", [(0, 1, 2, 0), (1, 1, 1, 1), (0, 0, 0, 0), (-1, 0, 0, -1), (1, -1, -1, 2)])
def test_padding_with_zeros_and_cutting_off(pads: tuple[int, ...]) -> None:
    whole = model([node("Pad", "x pads")], {"pads": np.array(pads)}, x=X)
    first, last = pads[:2], pads[2:]
    cut = X[max(-first[0], 0) : 2 + min(last[0], 0), max(-first[1], 0) : 3 + min(last[1], 0)]
    wide = [(max(a, 0), max(b, 0)) for a, b in zip(first, last, strict=True)]
    rewritten = for_coreml(whole)
    assert unsupported(onnx.load_from_string(rewritten).graph.node) == []
    np.testing.assert_array_equal(run(rewritten, x=X), np.pad(cut, wide))


@pytest.mark.parametrize("axis", [0, 1])
def test_taking_by_places_that_come_with_the_frame(axis: int) -> None:
    places = np.array([1, 0, 1], np.int64)
    check(model([node("Gather", "x i", axis=axis)], x=X, i=places), x=X, i=places)


@pytest.mark.parametrize(("axis", "place"), [(0, 1), (1, 2), (1, -1)])
def test_taking_one_that_is_fixed(axis: int, place: int) -> None:
    check(model([node("Gather", "x i", axis=axis)], {"i": np.array(place)}, x=X), x=X)


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ([node("Det", "s")], "Core ML has no Det$"),
        ([node("Pad", "x pads one")], "pads with something else than 0"),
        ([node("Pad", "x how")], "how is not constant"),
        ([node("Where", "flag x z")], "flag is no mask"),
        ([node("Cast", "x", "b", to=BOOL), node("Where", "b x z")], "no truth values"),
    ],
)
def test_what_has_no_equivalent_is_refused_by_its_name(nodes: list[Any], reason: str) -> None:
    square, how, flag = np.eye(2, dtype=np.float32), np.zeros(4, np.int64), np.array([True])
    weights = {"pads": np.array([1, 0, 0, 0]), "one": np.float32(1)}
    whole = model(nodes, weights, x=X, z=Z, s=square, how=how, flag=flag)
    with pytest.raises(EngineError, match=f"^the engine coreml cannot take the kernel: .*{reason}"):
        for_coreml(whole)


@pytest.mark.slow
def test_a_whole_kernel_has_nothing_that_core_ml_lacks_and_dreams_the_same() -> None:
    pytest.importorskip("onnxscript", reason="the extra webgpu is not installed")
    taps = (*taps_at("block.0", objective="absolute"), *taps_at("stem", objective="guide"))
    program = KernelProgram(
        KernelSpec("embedded", taps, (32, 40), 1, 1.2, 1, 1.0, flips=True, turns=True, rank="average")
    )
    split = parts(onnx.load_from_string(to_onnx(exported(program))), narrow=False)
    device = for_coreml(split.device)
    used = {each.op_type for each in onnx.load_from_string(device).graph.node}
    assert used <= SUPPORTED
    assert used >= {"Conv", "GatherND", "ArgMax"}
    inputs = program.example()
    host = onnx.load_from_string(split.host)
    whole = dict(zip(["image", "scalars", "views"], inputs, strict=False))
    rest = {f"controls_{number}": array for number, array in enumerate(inputs[3:])}
    crossing = ReferenceEvaluator(host).run(None, {"views": whole.pop("views")})
    given = whole | rest | dict(zip([one.name for one in host.graph.output], crossing, strict=True))
    taken = {one.name: given[one.name] for one in onnx.load_from_string(device).graph.input}
    with torch.inference_mode():
        expected = program.make()(*(torch.from_numpy(array) for array in inputs)).numpy()
    # In the mean, for a ReLU that rounding switches moves a few numbers much.
    assert abs(run(device, **taken) - expected).mean() < 1e-3 * abs(expected - inputs[0]).mean()
    assert abs(expected - inputs[0]).max() > 1e-3
