"""Rewrites an exported ONNX graph in the operations that Core ML has, as ONNX Runtime translates them.

Core ML knows no truth values here: what is true or false becomes a mask of ones and zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livedream.errors import EngineError

_LISTED = """
    Add ArgMax AveragePool Cast Ceil Clip Concat Conv ConvTranspose Cos DepthToSpace Div Elu Erf Exp GatherND
    Gelu Gemm GlobalAveragePool GlobalMaxPool GridSample GroupNormalization HardSigmoid Identity
    InstanceNormalization LayerNormalization LeakyRelu MatMul Max MaxPool Mul PRelu Pow Range Reciprocal
    ReduceMax ReduceMean ReduceSum Relu Reshape Resize Round Shape Sigmoid Sin Slice Softmax Softplus Split
    Sqrt Squeeze Sub Tanh Tile Transpose Unsqueeze
"""
SUPPORTED = frozenset(_LISTED.split())
"""The operations that ONNX Runtime's documentation lists for Core ML's ML programs."""

BOOL = 9
"""ONNX's number of the type of truth values."""


def for_coreml(model: bytes) -> bytes:
    """Return a model of static shapes rewritten. Raises EngineError that names what has no equivalent."""
    import onnx

    parsed = onnx.shape_inference.infer_shapes(onnx.load_from_string(model))
    rewriter = _Rewriter(parsed)
    nodes = [one for node in parsed.graph.node for one in rewriter.rewritten(node)]
    left = unsupported(nodes)
    if left:
        raise EngineError(f"the engine coreml cannot take the kernel: Core ML has no {', '.join(left)}")
    del parsed.graph.node[:], parsed.graph.value_info[:]
    parsed.graph.node.extend(nodes)
    taken = {name for node in nodes for name in node.input}
    kept = [one for one in parsed.graph.initializer if one.name in taken]
    del parsed.graph.initializer[:]
    parsed.graph.initializer.extend([*kept, *rewriter.constants.values()])
    rewritten: bytes = parsed.SerializeToString()
    return rewritten


def unsupported(nodes: Sequence[Any]) -> list[str]:
    """List the operations among nodes that Core ML does not have."""
    return sorted({node.op_type for node in nodes} - SUPPORTED)


class _Rewriter:
    """Rewrites one node after the other. constants: what the new ones need, by name."""

    def __init__(self, model: Any) -> None:
        import onnx

        graph = model.graph
        self._make = onnx.helper.make_node
        self._to_tensor, self._to_array = onnx.numpy_helper.from_array, onnx.numpy_helper.to_array
        self._dtype_of = onnx.helper.tensor_dtype_to_np_dtype
        self._attribute = onnx.helper.get_attribute_value
        described = {one.name: one for one in (*graph.value_info, *graph.input, *graph.output)}
        self._types = {name: one.type.tensor_type for name, one in described.items()}
        self._weights = {one.name: one for one in graph.initializer}
        self._masks: dict[str, int] = {}  # what was true or false -> the type of its mask
        self.constants: dict[str, Any] = {}
        self._rules: Mapping[str, Callable[[Any], list[Any]]] = {
            "Abs": self._abs,
            "Neg": lambda node: [self._negated(node.input[0], node.output[0])],
            "ReduceMin": self._reduce_min,
            "Greater": lambda node: self._greater(node.input[0], node.input[1], node.output[0]),
            "Less": lambda node: self._greater(node.input[1], node.input[0], node.output[0]),
            "GreaterOrEqual": lambda node: self._not_greater(node.input[1], node.input[0], node.output[0]),
            "LessOrEqual": lambda node: self._not_greater(node.input[0], node.input[1], node.output[0]),
            "Equal": self._equal,
            "Where": self._where,
            "Cast": self._cast,
            "Pad": self._pad,
            "Gather": self._gather,
        }

    def rewritten(self, node: Any) -> list[Any]:
        """Return what takes a node's place: itself, if Core ML has it."""
        rule = self._rules.get(node.op_type)
        return [node] if rule is None else rule(node)

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self.constants[name] = self._to_tensor(array, name)
        return name

    def _held(self, name: str) -> NDArray[Any]:
        """Return a constant input. Raises EngineError if it is none."""
        weight = self._weights.get(name)
        if weight is None:
            raise EngineError(f"the engine coreml cannot take the kernel: {name} is not constant")
        array: NDArray[Any] = self._to_array(weight)
        return array

    def _type(self, name: str) -> int:
        weight = self._weights.get(name)
        kind = self._types[name].elem_type if weight is None else weight.data_type
        return int(kind)

    def _shape(self, name: str) -> list[int]:
        weight = self._weights.get(name)
        if weight is not None:
            return list(weight.dims)
        return [dimension.dim_value for dimension in self._types[name].shape.dim]

    def _number(self, value: float, kind: int) -> str:
        """Return a constant number of a type."""
        dtype = np.dtype(self._dtype_of(kind))
        return self._constant(f"coreml_{value:g}_{dtype}", np.array(value, dtype))

    def _negated(self, source: str, target: str) -> Any:
        return self._make("Mul", [source, self._number(-1, self._type(source))], [target])

    def _abs(self, node: Any) -> list[Any]:
        (source,), (target,) = node.input, node.output
        return [
            self._negated(source, f"{target}_negated"),
            self._make("Max", [source, f"{target}_negated"], [target]),
        ]

    def _reduce_min(self, node: Any) -> list[Any]:
        source, *axes = node.input
        (target,) = node.output
        keeps = {one.name: self._attribute(one) for one in node.attribute}.get("keepdims", 1)
        minus = self._number(-1, self._type(source))
        return [
            self._make("Mul", [source, minus], [f"{target}_negated"]),
            self._make("ReduceMax", [f"{target}_negated", *axes], [f"{target}_most"], keepdims=keeps),
            self._make("Mul", [f"{target}_most", minus], [target]),
        ]

    def _greater(self, a: str, b: str, target: str) -> list[Any]:
        """Make a mask of where a is greater than b: whatever is above zero is rounded up to one."""
        kind = self._type(a)
        self._masks[target] = kind
        zero, one = self._number(0, kind), self._number(1, kind)
        return [
            self._make("Sub", [a, b], [f"{target}_by"]),
            self._make("Clip", [f"{target}_by", zero, one], [f"{target}_clipped"]),
            self._make("Ceil", [f"{target}_clipped"], [target]),
        ]

    def _not_greater(self, a: str, b: str, target: str) -> list[Any]:
        greater = self._greater(a, b, f"{target}_not")
        self._masks[target] = kind = self._type(a)
        return [*greater, self._make("Sub", [self._number(1, kind), f"{target}_not"], [target])]

    def _equal(self, node: Any) -> list[Any]:
        a, b = node.input
        (target,) = node.output
        self._masks[target] = kind = self._type(a)
        return [
            *self._greater(a, b, f"{target}_above"),
            *self._greater(b, a, f"{target}_below"),
            self._make("Max", [f"{target}_above", f"{target}_below"], [f"{target}_other"]),
            self._make("Sub", [self._number(1, kind), f"{target}_other"], [target]),
        ]

    def _where(self, node: Any) -> list[Any]:
        """Choose by a mask: a times it, and b times what is left."""
        condition, a, b = node.input
        (target,) = node.output
        kind, nodes = self._type(target), []
        if condition not in self._masks:
            raise EngineError(f"the engine coreml cannot take the kernel: {condition} is no mask")
        if self._masks[condition] != kind:
            nodes.append(self._make("Cast", [condition], [f"{target}_mask"], to=kind))
            condition = f"{target}_mask"
        if self._is_zero(b):
            return [*nodes, self._make("Mul", [a, condition], [target])]
        left = f"{target}_left"
        return [
            *nodes,
            self._make("Sub", [self._number(1, kind), condition], [left]),
            self._make("Mul", [a, condition], [f"{target}_a"]),
            self._make("Mul", [b, left], [f"{target}_b"]),
            self._make("Add", [f"{target}_a", f"{target}_b"], [target]),
        ]

    def _is_zero(self, name: str) -> bool:
        return name in self._weights and not self._held(name).any()

    def _cast(self, node: Any) -> list[Any]:
        """Leave a cast as it is, unless it makes numbers of a mask, which is numbers already."""
        (source,), (target,) = node.input, node.output
        (to,) = (self._attribute(one) for one in node.attribute if one.name == "to")
        if to == BOOL:
            raise EngineError("the engine coreml cannot take the kernel: Core ML has no truth values")
        if self._masks.get(source) == to:
            return [self._make("Identity", [source], [target])]
        return [node]

    def _pad(self, node: Any) -> list[Any]:
        """Cut off where the padding is negative, and put zeros beside where it is positive."""
        source, pads, *rest = node.input
        (target,) = node.output
        if any(name and not self._is_zero(name) for name in rest[:1]):
            raise EngineError("the engine coreml cannot take the kernel: it pads with something else than 0")
        before, after = np.split(self._held(pads), 2)
        shape, nodes, at = self._shape(source), [], source
        for axis, (first, last) in enumerate(zip(before.tolist(), after.tolist(), strict=True)):
            if first < 0 or last < 0:
                nodes.append(self._slice(at, f"{target}_cut{axis}", axis, -first, shape[axis] + last))
                at, shape[axis] = f"{target}_cut{axis}", shape[axis] + min(first, 0) + min(last, 0)
            if first > 0 or last > 0:
                wide, kind = f"{target}_wide{axis}", self._type(target)
                zeros = [
                    self._zeros(f"{wide}_{width}_{side}", kind, [*shape[:axis], width, *shape[axis + 1 :]])
                    for side, width in enumerate((first, last))
                ]
                nodes.append(self._make("Concat", [*zeros[0], at, *zeros[1]], [wide], axis=axis))
                at, shape[axis] = wide, shape[axis] + max(first, 0) + max(last, 0)
        return [*nodes, self._make("Identity", [at], [target])]

    def _slice(self, source: str, target: str, axis: int, begin: int, end: int) -> Any:
        """Cut out along one axis; begin, end: within the source."""
        places = {"starts": max(begin, 0), "ends": end, "axes": axis, "steps": 1}
        names = [self._constant(f"{target}_{name}", np.array([at], np.int64)) for name, at in places.items()]
        return self._make("Slice", [source, *names], [target])

    def _zeros(self, name: str, kind: int, shape: Sequence[int]) -> list[str]:
        """Return a constant of zeros, none if it would be empty."""
        dtype = np.dtype(self._dtype_of(kind))
        return [self._constant(name, np.zeros(shape, dtype))] if min(shape) > 0 else []

    def _gather(self, node: Any) -> list[Any]:
        """Take by places along an axis: that one in front, which is how Core ML gathers."""
        source, places = node.input
        (target,) = node.output
        axis = {one.name: self._attribute(one) for one in node.attribute}.get("axis", 0)
        rank, shape = len(self._shape(source)), self._shape(places)
        if not shape:
            at = int(self._held(places)) % self._shape(source)[axis]
            axes = self._constant(f"{target}_axes", np.array([axis], np.int64))
            cut = self._slice(source, f"{target}_one", axis, at, at + 1)
            return [cut, self._make("Squeeze", [f"{target}_one", axes], [target])]
        front = [axis, *(other for other in range(rank) if other != axis)]
        back = [front.index(position) for position in range(rank)]
        column = self._constant(f"{target}_column", np.array([shape[0], 1], np.int64))
        return [
            self._make("Transpose", [source], [f"{target}_front"], perm=front),
            self._make("Reshape", [places, column], [f"{target}_places"]),
            self._make("GatherND", [f"{target}_front", f"{target}_places"], [f"{target}_taken"]),
            self._make("Transpose", [f"{target}_taken"], [target], perm=back),
        ]
