"""Eight bits for convolutions in OpenVINO's graphs: twice as fast, or more, as in 32.

What a convolution takes is rounded to 256 steps, between the ends of what it took when the program's example
ran in torch and a little beyond; each output channel's weights to 255. Sums are exact, what rounded weights
shift them by on average is taken off again, and all between convolutions is float32. OpenVINO makes
convolutions of bytes of those that stand between such roundings. What goes back through the network differs
in magnitude by tens from picture to picture; programs level it for this format.
Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference", 2018, section 3; Nagel et
al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019, section 4.2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.overrides import TorchFunctionMode

from livedream.errors import EngineError

LEAST_CHANNELS = 32
"""Input channels from which eight bits are worth it. The picture has fewer, and what smooths a gradient."""

HEADROOM, BACK_HEADROOM = 1.5, 1.0
"""What a convolution may take at most, as a share of what it took for the example, on the way up and on the
way back. Dreamed frames go up to twice as far; what is beyond is cut off, and costs less than wider steps
would."""

EXACT = 2
"""Convolutions of the way up, after that of the picture, which stay exact: what they round, all others see.
With the embedded network the gradient's cosine to the exact one is 0.98; were they rounded too, 0.94."""


Which = tuple[bytes, tuple[int, ...]]
"""Tells a convolution from others: a hash of its weights, and the size of what it takes, height and width.

Where both are the same it is the same one, in another step. Places in a graph would not tell: OpenVINO does
not keep the order of a trace.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a convolution took: the least and the largest number, and the mean of each channel.

    is_back: on the way back; its ends are of either sign, and its means those of one picture alone. times:
    that it ran.
    """

    low: float
    high: float
    mean: NDArray[np.float32]
    is_back: bool
    times: int = 1

    def with_those_of(self, other: Taken | None) -> Taken:
        """Return what both took."""
        if other is None:
            return self
        times = self.times + other.times
        mean = (self.mean * self.times + other.mean * other.times) / np.float32(times)
        return Taken(min(self.low, other.low), max(self.high, other.high), mean, self.is_back, times)


class Watch(TorchFunctionMode):
    """Notes, while it is entered, what torch's convolutions take that may be rounded."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: dict[Which, Taken] = {}
        self._since_picture = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run a function of torch; note it if it is a convolution."""
        if func is F.conv2d:
            self._note(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))

    def _note(
        self, x: Tensor, weight: Tensor, bias: Tensor | None = None, *_: Any, groups: int = 1, **__: Any
    ) -> None:
        if groups > 1:
            return
        few, way_up = weight.shape[1] < LEAST_CHANNELS, bias is not None
        if way_up:
            self._since_picture = 0 if few else self._since_picture + 1
        if few or (way_up and self._since_picture <= EXACT):
            return
        which, low, high = _which(weight.numpy(), x.shape), float(x.amin()), float(x.amax())
        if not way_up:  # a weight may be negative, and what goes back with it
            low, high = min(low, -high), max(-low, high)
        taken = Taken(low, high, x.mean((0, 2, 3)).numpy(), not way_up)
        self.seen[which] = taken.with_those_of(self.seen.get(which))


def _which(weight: NDArray[np.float32], shape: Sequence[int]) -> Which:
    return hashlib.sha256(np.ascontiguousarray(weight).data).digest(), tuple(map(int, shape[2:]))


def rounded(model: Any, seen: Mapping[Which, Taken]) -> Any:
    """Return a copy of a model, its seen convolutions rounded. Raises EngineError if there are none."""
    model, weights = model.clone(), dict[bytes, Any]()
    for node in filter(_is_plain, model.get_ordered_ops()):
        weight = node.input_value(1).get_node()
        which = _which(weight.data, node.input_value(0).get_shape())
        if which not in seen:
            continue
        if which[0] not in weights:  # octaves share them
            weights[which[0]] = _weights_in_bytes(weight)
        if not seen[which].is_back:
            _centre(node, weight.data, seen[which].mean)
        node.input(0).replace_source_output(_in_bytes(node.input_value(0), seen[which]))
        node.input(1).replace_source_output(weights[which[0]])
    if not weights:
        raise EngineError("the engine openvino int8 cannot be made: no convolution in it is worth eight bits")
    model.validate_nodes_and_infer_types()
    return model


def _centre(node: Any, weight: NDArray[np.float32], mean: NDArray[np.float32]) -> None:
    """Take off a convolution's sums what its rounded weights shift them by, for channels of that mean.

    At a picture's edges, where a larger kernel meets zeros, it is a little too much. It costs no time: the
    bias takes it in.
    """
    from openvino import opset13 as ops

    lost = (weight - _rounded_weight(weight)).sum(axis=(2, 3)) @ mean
    takers = list(node.output(0).get_target_inputs())
    centred = ops.add(node.output(0), ops.constant(lost.reshape(1, -1, 1, 1).astype(np.float32)))
    for taker in takers:
        taker.replace_source_output(centred.output(0))


def _is_plain(node: Any) -> bool:
    """Tell whether a node is a dense convolution whose weights do not change."""
    is_dense = node.get_type_name() == "Convolution"
    return bool(is_dense and node.input_value(1).get_node().get_type_name() == "Constant")


def _in_bytes(source: Any, taken: Taken) -> Any:
    """Round to 0..255, or to -128..127 where there is less than zero."""
    headroom = BACK_HEADROOM if taken.is_back else HEADROOM
    high = headroom * max(taken.high, -taken.low, 1e-30)
    low = -high * 128 / 127 if taken.low < 0 else 0.0
    return _rounding(source, np.float32(low), np.float32(high), 256)


def _weights_in_bytes(weight: Any) -> Any:
    """Round to -127..127 of the largest weight of each output channel."""
    largest = _largest(weight.data)
    return _rounding(weight.output(0), -largest, largest, 255)


def _rounded_weight(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    step = _largest(weight) / np.float32(127)
    return np.asarray(np.round(weight / step) * step, np.float32)


def _largest(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest weight of each output channel, Ox1x1x1, without its sign."""
    largest: NDArray[np.float32] = np.abs(weight).max(axis=(1, 2, 3), keepdims=True)
    return np.maximum(largest, np.float32(1e-30))


def _rounding(source: Any, low: Any, high: Any, levels: int) -> Any:
    from openvino import opset13 as ops

    ends = [ops.constant(np.asarray(end, np.float32)) for end in (low, high, low, high)]
    return ops.fake_quantize(source, *ends, levels).output(0)
