"""The published networks' gradients as graphs: what they are made of, and that OpenVINO computes them."""

import os
import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream.build import Pooling, build_network, random_weights
from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.network_info import NetworkInfo
from livedream.dream.objective import L2
from livedream.engines import build_tensorrt
from livedream.engines.engine import NumberFormat
from livedream.engines.export import exported, to_onnx

# What the networks need beyond the kernel around them. Each was seen to build into one engine of
# TensorRT-RTX 1.7 in half precision, in every one of the networks below.
CONVERTED = {
    "aten._assert_tensor_metadata.default",
    "aten._to_copy.default",
    "aten.add.Tensor",
    "aten.avg_pool2d.default",
    "aten.bitwise_and.Tensor",
    "aten.cat.default",
    "aten.clamp.default",
    "aten.constant_pad_nd.default",
    "aten.convolution.default",
    "aten.div.Tensor",
    "aten.eq.Tensor",
    "aten.expand.default",
    "aten.gt.Scalar",
    "aten.lt.Scalar",
    "aten.max_pool2d_with_indices.default",
    "aten.maximum.default",
    "aten.mean.dim",
    "aten.mul.Tensor",
    "aten.permute.default",
    "aten.reciprocal.default",
    "aten.relu.default",
    "aten.slice.Tensor",
    "aten.split_with_sizes.default",
    "aten.sqrt.default",
    "aten.sub.Tensor",
    "aten.upsample_nearest2d.vec",
    "aten.view.default",
    "aten.where.self",
    "<built-in function getitem>",
}
ON_CONSTANTS = {
    "aten.alias.default",
    "aten.clone.default",
    "aten.copy.default",
    "aten.flip.default",
    "aten.full.default",
    "aten.full_like.default",
    "aten.repeat.default",
    "aten.scalar_tensor.default",
    "aten.slice_scatter.default",
}
"""Operations on weights and masks, which builders work out beforehand."""

NOTHING = {"aten.alias.default", "aten.clone.default"}
"""How torch says that a tensor is itself."""

PROGRAMS: dict[str, tuple[str, tuple[str, ...], Pooling]] = {
    "googlenet": ("googlenet", ("conv1", "maxpool1", "inception3a"), "max"),
    "googlenet, averaged": ("googlenet", ("conv1", "maxpool1", "inception3a"), "average"),
    "bvlc_googlenet": (
        "bvlc_googlenet",
        ("conv1/7x7_s2", "pool1/3x3_s2", "pool1/norm1", "inception_4a/output"),
        "max",
    ),
    "bvlc_googlenet, its classes": (
        "bvlc_googlenet",
        ("conv1/7x7_s2", "inception_4a/output", "loss1/classifier"),
        "max",
    ),
    "googlenet_cars": (
        "googlenet_cars",
        ("conv1", "pool1", "norm1", "inception_4a/output", "loss1/classifier_model"),
        "max",
    ),
    "nin": ("nin", ("conv1", "relu0", "pool1", "cccp3", "relu5", "pool2", "relu12", "pool4"), "max"),
    "nin, averaged": ("nin", ("conv1", "relu0", "pool1", "cccp3"), "average"),
    "vgg16": ("vgg16", ("conv1_1", "relu1_1", "pool1", "conv1_2"), "max"),
    "vgg16, averaged": ("vgg16", ("conv1_1", "relu1_1", "pool1", "conv1_2"), "average"),
    "vgg16, its classes": ("vgg16", ("conv1_1", "pool1", "pool2", "fc7", "relu7", "fc8"), "max"),
    "squeezenet1_1": ("squeezenet1_1", ("conv1", "maxpool1", "fire2", "conv10", "logits"), "max"),
    "inception_v3": ("inception_v3", ("Conv2d_1a_3x3", "maxpool1", "Mixed_6b"), "max"),
    "inception_v3, its ends": ("inception_v3", ("Conv2d_1a_3x3", "Mixed_5b", "Mixed_7b", "fc"), "average"),
    "resnet50": ("resnet50", ("conv1", "maxpool", "layer2.0"), "max"),
    "resnet50, averaged": ("resnet50", ("conv1", "maxpool", "layer2.0"), "average"),
    "mobilenet_v1": ("mobilenet_v1", ("conv1", "conv_pw_1", "conv_pw_2"), "max"),
}
"""Network, the layers of it that are taken, the last of which is dreamed, and pooling: one of each kind."""

SIZE_HW = (49, 62)
"""No stride divides it."""


class Gradient(nn.Module):
    """The L2 gradient of a layer as a module of tensors."""

    def __init__(self, gradient: InputGradient) -> None:
        super().__init__()
        self.gradient = gradient

    def forward(self, image: Tensor, control: Tensor) -> Tensor:
        dtype = next(self.gradient.parameters()).dtype
        gradient: Tensor = self.gradient(image.to(dtype), [control.to(dtype)]).to(image.dtype)
        return gradient


@dataclass(frozen=True)
class GradientProgram:
    """It as a program for an engine."""

    name: str

    parts, repeated = (), None

    def fingerprint(self) -> str:
        return self.name

    def describe(self) -> dict[str, Any]:
        return {"network": self.name}

    def info(self) -> NetworkInfo:
        network, taken, _ = PROGRAMS[self.name]
        info = network_info(network)
        layers = {name: info.plan.layers[name] for name in taken if name in info.plan.layers}
        heads = {name: info.plan.heads[name] for name in taken if name in info.plan.heads}
        plan = replace(info.plan, layers=layers, heads=heads)
        return replace(info, plan=plan, layers=plan.channels())

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        _, taken, pooling = PROGRAMS[self.name]
        network = build_network(self.info(), random_weights(self.info(), 0), pooling)
        gradient = InputGradient(network.to(getattr(torch, number_format)).freeze(), [(taken[-1], L2())])
        return Gradient(gradient).eval().requires_grad_(False)

    def example(self) -> list[NDArray[Any]]:
        _, taken, _ = PROGRAMS[self.name]
        image = np.random.default_rng(2).random((1, 3, *SIZE_HW), np.float32)
        return [image, np.ones((1, self.info().layers[taken[-1]], 1, 1), np.float32)]


@cache
def decomposed(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own
        return exported(GradientProgram(name)).run_decompositions()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_gradient_holds_only_operations_that_convert(name: str) -> None:
    graph = decomposed(name)
    from_inputs = {"image", "control"}
    for node in graph.graph.nodes:
        if node.op != "call_function":
            continue
        assert str(node.target) in CONVERTED | ON_CONSTANTS, node.format_node()
        if any(source.name in from_inputs for source in node.all_input_nodes):
            from_inputs.add(node.name)
            assert str(node.target) not in ON_CONSTANTS - NOTHING, node.format_node()


@pytest.mark.parametrize(
    "name",
    ["bvlc_googlenet", "nin", "vgg16, averaged", "inception_v3", "resnet50"],
)
def test_openvino_gives_the_same(name: str) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    from livedream.engines.openvino import OpenVinoEngine, config, convert
    from livedream.engines.openvino_core import core

    program = GradientProgram(name)
    model, module = convert(program), program.make()
    engine = OpenVinoEngine(core().compile_model(model, "CPU", config("float32")), "float32")
    expected = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    difference = engine.run(program.example()) - expected
    # A ReLU at the edge of zero may fall to either side when rounding differs.
    assert np.linalg.norm(expected) > 0
    assert np.linalg.norm(difference) < 2e-3 * np.linalg.norm(expected)


def test_openvino_averages_in_bfloat16_too() -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    from livedream.engines.openvino import OpenVinoEngine, config, convert
    from livedream.engines.openvino_core import core

    program = GradientProgram("nin, averaged")
    model, module = convert(program), program.make()
    try:
        compiled = core().compile_model(model, "CPU", config("bfloat16"))
    except RuntimeError:
        if "ONEDNN_MAX_CPU_ISA" not in os.environ:
            raise
        pytest.skip("oneDNN is kept from bfloat16 here")
    engine = OpenVinoEngine(compiled, "bfloat16")
    expected = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    seen = engine.run(program.example())
    assert np.sum(seen * expected) > 0.9 * np.linalg.norm(seen) * np.linalg.norm(expected) > 0


@pytest.mark.slow
@pytest.mark.rtx
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PROGRAMS)
def test_it_builds_into_one_tensorrt_rtx_engine(name: str) -> None:
    pytest.importorskip("tensorrt_rtx", reason="the extra rtx is not installed")
    model = to_onnx(exported(GradientProgram(name), "float16"))
    assert len(build_tensorrt.from_onnx(model, "SM89")) > 500_000
