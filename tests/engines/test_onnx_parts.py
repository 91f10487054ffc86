from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the extra webgpu is not installed")

import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from livedream.engines.onnx_parts import constants_to_initializers, parts
from livedream.errors import EngineError

FLOAT, INT64, INT32 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32

IMAGE = np.arange(12, dtype=np.float32).reshape(1, 3, 4)


def model(nodes: list[Any], inputs: dict[str, tuple[int, list[int]]], output: list[int]) -> Any:
    """Build a model whose output is called y."""
    taken = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()]
    given = [helper.make_tensor_value_info("y", FLOAT, output)]
    graph = helper.make_graph(nodes, "graph", taken, given)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def constant(name: str, array: Any) -> Any:
    return helper.make_node("Constant", [], [name], value=onnx.numpy_helper.from_array(np.array(array), name))


def rolled() -> Any:
    """Build what rolls a picture by a whole number that arrives with it, and adds a factor."""
    return model(
        [
            constant("places", np.arange(4)),
            constant("width", np.array(4)),
            helper.make_node("Sub", ["places", "by"], ["from"]),
            helper.make_node("Mod", ["from", "width"], ["wrapped"]),
            helper.make_node("Gather", ["image", "wrapped"], ["moved"], axis=2),
            helper.make_node("Mul", ["moved", "factor"], ["y"]),
        ],
        {"image": (FLOAT, [1, 3, 4]), "by": (INT64, [1]), "factor": (FLOAT, [1])},
        [1, 3, 4],
    )


def run(split: Any, given: dict[str, Any]) -> Any:
    """Run the parts one after the other, as an engine does."""
    if split.host:
        host = onnx.load_from_string(split.host)
        taken = {one.name: given[one.name] for one in host.graph.input}
        names = [one.name for one in host.graph.output]
        given = given | dict(zip(names, ReferenceEvaluator(host).run(None, taken), strict=True))
    device = onnx.load_from_string(split.device)
    taken = {one.name: given[one.name] for one in device.graph.input}
    return ReferenceEvaluator(device).run(None, taken)[0]


def operations(part: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_from_string(part).graph.node]


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize("by", [0, 1, 3, -2])
def test_both_parts_give_what_the_whole_gives(narrow: bool, by: int) -> None:
    given = {"image": IMAGE, "by": np.array([by]), "factor": np.array([0.5], np.float32)}
    split = parts(rolled(), narrow=narrow)
    np.testing.assert_array_equal(run(split, given), np.roll(IMAGE, by, 2) * 0.5)


def test_what_whole_numbers_decide_is_for_the_host_and_pictures_are_for_the_device() -> None:
    split = parts(rolled())
    assert operations(split.host) == ["Sub", "Mod", "Cast"]
    assert operations(split.device) == ["Gather", "Mul"]
    for part in (split.host, split.device):
        onnx.checker.check_model(onnx.load_from_string(part), full_check=True)


@pytest.mark.parametrize(("narrow", "kind"), [(True, INT32), (False, INT64)])
def test_indices_cross_in_the_width_that_the_device_has(narrow: bool, kind: int) -> None:
    device = onnx.load_from_string(parts(rolled(), narrow=narrow).device)
    types = {one.name: one.type.tensor_type.elem_type for one in device.graph.input}
    assert types.pop("image") == types.pop("factor") == FLOAT
    assert list(types.values()) == [kind]


def test_a_part_has_only_the_weights_that_it_needs() -> None:
    split = parts(rolled())
    names = [
        {one.name for one in onnx.load_from_string(part).graph.initializer}
        for part in (split.host, split.device)
    ]
    assert names == [{"places", "width"}, set()]


def test_without_whole_numbers_nothing_is_for_the_host() -> None:
    plain = model([helper.make_node("Neg", ["image"], ["y"])], {"image": (FLOAT, [2])}, [2])
    split = parts(plain)
    assert split.host == b""
    np.testing.assert_array_equal(run(split, {"image": np.array([1, 2], np.float32)}), [-1, -2])


def test_a_picture_that_is_made_of_whole_numbers_alone_is_refused() -> None:
    numbers = model([helper.make_node("Cast", ["n"], ["y"], to=FLOAT)], {"n": (INT64, [2])}, [2])
    with pytest.raises(EngineError, match="nothing that a GPU computes"):
        parts(numbers)


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("axis", [1, -1])
def test_the_place_of_the_greatest_is_found_without_64_bits(axis: int, keepdims: int) -> None:
    flat = constant("flat", np.array([-1]))
    whole = model(
        [
            flat,
            helper.make_node("ArgMax", ["x"], ["place"], axis=axis, keepdims=keepdims),
            helper.make_node("Reshape", ["place", "flat"], ["places"]),
            helper.make_node("Cast", ["places"], ["wide"], to=INT64),
            helper.make_node("Gather", ["table", "wide"], ["y"]),
        ],
        {"x": (FLOAT, [2, 3]), "table": (FLOAT, [3])},
        [2],
    )
    split = parts(whole)
    device = onnx.load_from_string(split.device)
    types = onnx.shape_inference.infer_shapes(device).graph.value_info
    assert INT64 not in {one.type.tensor_type.elem_type for one in types}
    given = {"x": np.array([[1, 5, 5], [7, 2, 3]], np.float32), "table": np.array([10, 20, 30], np.float32)}
    np.testing.assert_array_equal(run(split, given), [20, 10])


@pytest.mark.parametrize(
    ("attribute", "dtype"),
    [({"value_int": 3}, "int64"), ({"value_ints": [1, 2]}, "int64"), ({"value_float": 0.5}, "float32")],
)
def test_constants_of_every_kind_become_weights(attribute: dict[str, Any], dtype: str) -> None:
    whole = model(
        [helper.make_node("Constant", [], ["c"], **attribute), helper.make_node("Neg", ["image"], ["y"])],
        {"image": (FLOAT, [2])},
        [2],
    )
    constants_to_initializers(whole)
    assert [node.op_type for node in whole.graph.node] == ["Neg"]
    array = onnx.numpy_helper.to_array(whole.graph.initializer[0])
    assert array.dtype == dtype
    np.testing.assert_array_equal(array, next(iter(attribute.values())))
