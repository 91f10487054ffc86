"""GoogLeNet against a plain one, torch.autograd and the engine that matters most."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from livedream.dream.catalog import network_info
from livedream.dream.googlenet import googlenet, random_weights
from livedream.dream.input_gradient import InputGradient
from livedream.dream.kernel import Kernel
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.dream.spec import KernelSpec
from livedream.engines.engine import NumberFormat
from livedream.errors import InputError

INFO = network_info("googlenet")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STAGE_4 = ("4a", "4b", "4c", "4d", "4e")
PLAIN_OPERATIONS = {
    "add", "cat", "conv2d", "eq", "gt", "max_pool2d", "maximum", "mul", "pad", "permute", "pixel_shuffle",
    "relu", "reshape", "slice", "split_with_sizes", "sub", "where",
}  # fmt: skip
ON_WEIGHTS = {"flip", "transpose", "contiguous"}
"""Operations on constants, which engines compute once and for all."""


class PlainGoogLeNet:
    """GoogLeNet as torchvision describes it: batch norm by itself, ceil_mode, ImageNet's normalisation."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        self.weights = weights

    def __call__(self, image: Tensor, last: str) -> Tensor:
        mean, deviation, half = (
            image.new_tensor(values).reshape(1, 3, 1, 1) for values in (MEAN, DEVIATION, [0.5] * 3)
        )
        normalised = (image - mean) / deviation
        x = normalised * (deviation / half) + (mean - half) / half  # what transform_input does
        for name in INFO.layers:
            x = self._layer(name, x)
            if name == last:
                break
        return x

    def _layer(self, name: str, x: Tensor) -> Tensor:
        if name.startswith("maxpool"):
            return F.max_pool2d(x, 2 if name == "maxpool4" else 3, 2, ceil_mode=True)
        return self._inception(name, x) if "inception" in name else self._convolve(name, x)

    def _inception(self, name: str, x: Tensor) -> Tensor:
        pooled = F.max_pool2d(x, 3, 1, 1, ceil_mode=True)
        ways = [("branch1", x), ("branch4.1", pooled)]
        first, last = (self._convolve(f"{name}.{branch}", y) for branch, y in ways)
        deep = [
            self._convolve(f"{name}.{branch}.1", self._convolve(f"{name}.{branch}.0", x))
            for branch in ("branch2", "branch3")
        ]
        return torch.cat([first, *deep, last], 1)

    def _convolve(self, name: str, x: Tensor) -> Tensor:
        weight = self.weights[f"{name}.conv.weight"]
        norm = [
            self.weights[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        ]
        x = F.conv2d(x, weight, None, 2 if name == "conv1" else 1, weight.shape[-1] // 2)
        return F.relu(F.batch_norm(x, *norm, training=False, eps=0.001))


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return random_weights(3)


@pytest.fixture(scope="module")
def exact_weights(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.double() for name, tensor in weights.items()}


def ones(layer: str, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.ones(1, INFO.layers[layer], 1, 1, dtype=dtype)


@pytest.mark.parametrize(
    ("layer", "size_hw"),
    [("inception4c", (65, 83)), ("inception4c", (64, 48)), ("inception5b", (57, 42)), ("conv3", (33, 30)),
     ("maxpool2", (31, 37)), ("inception3a", (38, 35))],
)  # fmt: skip
def test_its_input_gradient_is_what_autograd_gives_a_plain_one(
    exact_weights: dict[str, Tensor], layer: str, size_hw: tuple[int, int]
) -> None:
    torch.manual_seed(5)
    image = torch.rand(1, 3, *size_hw, dtype=torch.float64, requires_grad=True)
    expected = PlainGoogLeNet(exact_weights)(image, layer)
    (expected_grad,) = torch.autograd.grad((expected**2).sum() / 2, image)
    gradient = InputGradient(googlenet(INFO, exact_weights), {layer: L2()})
    grad, (activations,) = gradient.with_activations(image.detach(), [ones(layer)])
    assert activations.shape[1] == INFO.layers[layer]
    torch.testing.assert_close(activations, expected.detach(), atol=1e-11, rtol=1e-9)
    assert float((grad - expected_grad).norm() / expected_grad.norm()) < 1e-12


def test_its_layers_are_those_of_the_paper(weights: dict[str, Tensor]) -> None:
    modules = [[f"inception{module}" for module in stage] for stage in (("3a", "3b"), STAGE_4, ("5a", "5b"))]
    expected = ["conv1", "maxpool1", "conv2", "conv3", "maxpool2", *modules[0], "maxpool3", *modules[1]]
    expected += ["maxpool4", *modules[2]]
    assert list(INFO.layers) == list(googlenet(INFO, weights).names) == expected
    assert INFO.layers["inception4e"] == INFO.layers["maxpool4"] == 832
    assert INFO.layers["inception5b"] == 1024


def test_it_has_the_published_number_of_parameters(weights: dict[str, Tensor]) -> None:
    """6,624,904 with the classifier, 1,025,000 of them; the running averages are not parameters."""
    counted = sum(tensor.numel() for name, tensor in weights.items() if "running" not in name)
    assert counted == 6_624_904 - 1_025_000


def test_random_weights_are_seeded_and_keep_the_activations_in_size(weights: dict[str, Tensor]) -> None:
    again, other = random_weights(3), random_weights(4)
    assert all(torch.equal(again[name], tensor) for name, tensor in weights.items())
    assert not torch.equal(other["conv1.conv.weight"], weights["conv1.conv.weight"])
    x = torch.rand(1, 3, 64, 64) * 2 - 1
    network = googlenet(INFO, weights)
    for name in network.names:
        x = network[name](x)
        assert 0.1 < float(x.square().mean().sqrt()) < 10


@pytest.mark.parametrize(
    ("name", "tensor", "told"),
    [
        ("conv2.conv.weight", None, "conv2.conv.weight is missing"),
        ("inception5b.branch4.1.bn.running_var", None, "inception5b.branch4.1.bn.running_var is missing"),
        ("conv1.bn.bias", torch.zeros(3), "conv1.bn.bias is 3, not 64"),
        ("conv3.conv.weight", torch.zeros(192, 64, 5, 5), "conv3.conv.weight is 192x64x5x5, not 192x64x3x3"),
        ("conv3.bn.bias", torch.tensor(1.0), "conv3.bn.bias is a number, not 192"),
    ],
)
def test_what_is_missing_or_of_another_shape_is_named(
    weights: dict[str, Tensor], name: str, tensor: Tensor | None, told: str
) -> None:
    wrong = {key: value for key, value in weights.items() if key != name}
    if tensor is not None:
        wrong[name] = tensor
    with pytest.raises(InputError) as fault:
        googlenet(INFO, wrong)
    assert str(fault.value) == f"{INFO.file} is not the network googlenet: {told}"


def test_another_network_is_told_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"conv1\.conv\.weight is missing, .* and \d+ more$"):
        googlenet(INFO, {"features.0.weight": torch.zeros(1)})


def test_names_that_are_not_needed_do_no_harm(weights: dict[str, Tensor]) -> None:
    more = {"fc.weight": torch.zeros(1000, 1024), "conv1.bn.num_batches_tracked": torch.tensor(7)}
    assert len(googlenet(INFO, weights | more).names) == len(INFO.layers)


class Gradient(nn.Module):
    """The L2 gradient of inception4c as a module of tensors."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.gradient = InputGradient(network, {"inception4c": L2()})

    def forward(self, image: Tensor, control: Tensor) -> Tensor:
        gradient: Tensor = self.gradient(image, [control])
        return gradient


@dataclass(frozen=True)
class GradientProgram:
    """It as a program for an engine."""

    network: Network
    size_hw: tuple[int, int]

    def fingerprint(self) -> str:
        return f"googlenet {self.size_hw}"

    def describe(self) -> dict[str, Any]:
        return {"network": "googlenet"}

    def make(self, number_format: NumberFormat = "float32") -> nn.Module:
        return Gradient(self.network).eval()

    def example(self) -> list[NDArray[Any]]:
        image = np.random.default_rng(2).random((1, 3, *self.size_hw), np.float32)
        return [image, ones("inception4c", torch.float32).numpy()]


def test_its_gradient_exports_whole_from_plain_operations(weights: dict[str, Tensor]) -> None:
    program = GradientProgram(googlenet(INFO, weights), (49, 62))
    module, inputs = program.make(), tuple(torch.from_numpy(array) for array in program.example())
    exported = torch.export.export(module, inputs)
    calls = Counter(
        node.target.name().split("::")[1].split(".")[0]
        for node in exported.graph.nodes
        if node.op == "call_function" and isinstance(node.target, torch._ops.OpOverload)
    )
    assert set(calls) <= PLAIN_OPERATIONS | ON_WEIGHTS
    assert sum(calls[name] for name in PLAIN_OPERATIONS) < 600
    assert torch.equal(exported.module()(*inputs), module(*inputs))


def test_openvino_gives_the_same(weights: dict[str, Tensor]) -> None:
    pytest.importorskip("openvino", reason="openvino is not installed")
    from livedream.engines.openvino import OpenVinoEngine, config, convert, runtime

    program = GradientProgram(googlenet(INFO, weights), (49, 62))
    model, module = convert(program)
    engine = OpenVinoEngine(runtime().Core().compile_model(model, "CPU", config("float32")), "float32")
    expected = module(*(torch.from_numpy(array) for array in program.example())).numpy()
    difference = engine.run(program.example()) - expected
    # A ReLU at the edge of zero may fall to either side when rounding differs.
    assert np.linalg.norm(difference) < 1e-3 * np.linalg.norm(expected)


def test_a_kernel_dreams_with_it(weights: dict[str, Tensor]) -> None:
    spec = KernelSpec("googlenet", ("inception4c",), (64, 72), 2, 1.4, 2, 1.0)
    network = googlenet(INFO, weights)
    gradient, kernel = InputGradient(network, {"inception4c": L2()}), Kernel(network, spec).eval()
    image = torch.rand(1, 3, *spec.size_hw) * 0.5 + 0.25
    step, shifts_px = torch.tensor([0.02, 0.5]), torch.tensor([[3, -5], [0, 7]])
    dreamed = kernel(image, step, shifts_px, ones("inception4c", torch.float32))
    strength = [float(gradient.activations(x)[0].square().mean()) for x in (image, dreamed)]
    assert strength[1] > 1.1 * strength[0]
    assert dreamed.shape == image.shape
