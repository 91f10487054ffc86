"""An exported ONNX graph in two parts: what whole numbers alone decide, and all that pictures go through.

How far a picture is rolled, and whether it is flipped, arrives as whole numbers, of which GPUs know only
some kinds. What follows from them alone is worked out on the processor, some hundred numbers a frame; the
rest runs on the GPU without a step on the processor in between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from livedream.errors import EngineError


@dataclass(frozen=True, slots=True)
class Parts:
    """Two ONNX models. host: for the processor; empty if nothing is for it. device: for the GPU.

    The outputs of the one are inputs of the other, by their names.
    """

    host: bytes
    device: bytes


def parts(model: Any, *, narrow: bool = True) -> Parts:
    """Split an ONNX model, an onnx.ModelProto, which changes.

    narrow: indices have 32 bits on the device, as GPUs have no others. Raises EngineError if the model gives
    back whole numbers alone.
    """
    import onnx

    constants_to_initializers(model)
    graph = onnx.shape_inference.infer_shapes(model).graph
    host, device = _split_nodes(graph)
    made = {name for node in host for name in node.output} | _whole_inputs(graph)
    taken = {name for node in device for name in node.input}
    crossing = sorted(made & taken)
    if not device or made & {each.name for each in graph.output}:
        raise EngineError("the kernel's picture depends on nothing that a GPU computes")
    types = {each.name: each for each in (*graph.value_info, *graph.input, *graph.output)}
    device = _narrow_places(model, device, types) if narrow else device
    casts, replaced = _narrowed(device, [types[name] for name in crossing]) if narrow else ([], {})
    from_host = [replaced.get(name, types[name]) for name in crossing]
    whole = [each for each in graph.input if each.name in _whole_inputs(graph)]
    rest = [each for each in graph.input if each.name not in _whole_inputs(graph)]
    return Parts(
        _model(model, [*host, *casts], whole, from_host) if crossing else b"",
        _model(model, device, [*rest, *from_host], graph.output),
    )


def constants_to_initializers(model: Any) -> None:
    """Turn a model's Constant nodes into initializers, in place: they are no step of a frame."""
    import onnx

    kept = []
    for node in model.graph.node:
        if node.op_type != "Constant":
            kept.append(node)
            continue
        held = onnx.helper.get_attribute_value(node.attribute[0])
        array = onnx.numpy_helper.to_array(held) if isinstance(held, onnx.TensorProto) else held
        array = _as_array(array, node.attribute[0].name)
        model.graph.initializer.append(onnx.numpy_helper.from_array(array, node.output[0]))
    replace_nodes(model, kept)


def replace_nodes(model: Any, nodes: Iterable[Any]) -> None:
    """Set a model's nodes, in place."""
    kept = list(nodes)
    del model.graph.node[:]
    model.graph.node.extend(kept)


def _as_array(value: Any, attribute: str) -> Any:
    """Return a Constant's value as an array; attribute: where it stood, such as "value_ints"."""
    import numpy as np

    kinds = {"value_int": "int64", "value_ints": "int64", "value_float": "float32", "value_floats": "float32"}
    return np.asarray(value, kinds.get(attribute))


def _whole_inputs(graph: Any) -> set[str]:
    """Return the names of the inputs that are whole numbers."""
    import onnx

    whole = (onnx.TensorProto.INT64, onnx.TensorProto.INT32)
    return {each.name for each in graph.input if each.type.tensor_type.elem_type in whole}


def _split_nodes(graph: Any) -> tuple[list[Any], list[Any]]:
    """Return the nodes that only whole inputs and constants decide, and the others."""
    fixed = {each.name for each in graph.initializer} | {""}
    known = _whole_inputs(graph)
    host, device = [], []
    for node in graph.node:
        if known.isdisjoint(node.input) or not (known | fixed).issuperset(node.input):
            device.append(node)
        else:
            host.append(node)
            known.update(node.output)
    return host, device


def _narrowed(device: list[Any], crossing: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Let indices cross as 32 bits, in place: GPUs have no others.

    Returns the casts that the host does, and for each name that they replace what crosses instead.
    """
    import onnx

    casts, narrow = [], {}
    for each in crossing:
        takers = [(node, at) for node in device for at, name in enumerate(node.input) if name == each.name]
        is_wide = each.type.tensor_type.elem_type == onnx.TensorProto.INT64
        if not is_wide or any((node.op_type, at) != ("Gather", 1) for node, at in takers):
            continue
        renamed = f"{each.name}_32"
        casts.append(onnx.helper.make_node("Cast", [each.name], [renamed], to=onnx.TensorProto.INT32))
        shape = [dimension.dim_value for dimension in each.type.tensor_type.shape.dim]
        narrow[each.name] = onnx.helper.make_tensor_value_info(renamed, onnx.TensorProto.INT32, shape)
        for node, at in takers:
            node.input[at] = renamed
    return casts, narrow


def _narrow_places(model: Any, device: list[Any], types: dict[str, Any]) -> list[Any]:
    """Return the device's nodes with the place of the greatest in 32 bits: ArgMax has but 64.

    Its constants are added to the model.
    """
    narrow: set[str] = set()
    nodes: list[Any] = []
    for node in device:
        if node.op_type == "ArgMax":
            nodes += _place_of_greatest(model, node, types[node.input[0]])
            narrow.update(node.output)
            continue
        if narrow.intersection(node.input[:1]) and node.op_type in ("Cast", "Reshape"):
            _cast_to_32(node)
            narrow.update(node.output)
        nodes.append(node)
    return nodes


def _cast_to_32(node: Any) -> None:
    """Let a cast to 64 bits make 32, in place."""
    import onnx

    if node.op_type == "Cast" and node.attribute[0].i == onnx.TensorProto.INT64:
        node.attribute[0].i = onnx.TensorProto.INT32


def _place_of_greatest(model: Any, node: Any, seen: Any) -> list[Any]:
    """Return nodes that give what an ArgMax gives: the first place of the greatest, in 32 bits.

    seen: the type of what it looks at.
    """
    import numpy as np
    import onnx

    held = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    shape = [dimension.dim_value for dimension in seen.type.tensor_type.shape.dim]
    axis, keeps = held.get("axis", 0) % len(shape), held.get("keepdims", 1)
    (source,), (place,) = node.input, node.output
    along = [shape[axis] if dimension == axis else 1 for dimension in range(len(shape))]
    constants = {
        f"{place}_axis": np.array([axis], np.int64),
        f"{place}_places": np.arange(shape[axis], dtype=np.float32).reshape(along),
        f"{place}_past": np.array(shape[axis], np.float32),
    }
    to_tensor = onnx.numpy_helper.from_array
    model.graph.initializer.extend(to_tensor(each, name) for name, each in constants.items())
    make, name = onnx.helper.make_node, place
    return [
        make("ReduceMax", [source, f"{name}_axis"], [f"{name}_most"], keepdims=1),
        make("GreaterOrEqual", [source, f"{name}_most"], [f"{name}_is_most"]),
        make("Where", [f"{name}_is_most", f"{name}_places", f"{name}_past"], [f"{name}_candidates"]),
        make("ReduceMin", [f"{name}_candidates", f"{name}_axis"], [f"{name}_first"], keepdims=keeps),
        make("Cast", [f"{name}_first"], [place], to=onnx.TensorProto.INT32),
    ]


def _model(whole: Any, nodes: list[Any], inputs: Iterable[Any], outputs: Iterable[Any]) -> bytes:
    """Build a model of some nodes with the weights that they need."""
    import onnx

    taken = {name for node in nodes for name in node.input}
    weights = [each for each in whole.graph.initializer if each.name in taken]
    graph = onnx.helper.make_graph(nodes, "part", list(inputs), list(outputs), weights)
    model = onnx.helper.make_model(graph, opset_imports=whole.opset_import, ir_version=whole.ir_version)
    serialized: bytes = model.SerializeToString()
    return serialized
