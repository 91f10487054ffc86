"""GoogLeNet against one that is written by hand after torchvision's description."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.build import build_network, random_weights
from livedream.dream.catalog import network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.kernel import Kernel
from livedream.dream.objective import L2
from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dream.zoo.googlenet import MODULES

INFO = network_info("googlenet")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STAGE_4 = ("4a", "4b", "4c", "4d", "4e")


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
    return random_weights(INFO, 3)


@pytest.fixture(scope="module")
def exact_weights(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.double() for name, tensor in weights.items()}


@pytest.mark.parametrize(
    ("layer", "size_hw"), [("inception4c", (41, 52)), ("conv3", (33, 30)), ("maxpool2", (31, 37))]
)
def test_its_input_gradient_is_what_autograd_gives_the_one_by_hand(
    exact_weights: dict[str, Tensor], layer: str, size_hw: tuple[int, int]
) -> None:
    torch.manual_seed(5)
    image = torch.rand(1, 3, *size_hw, dtype=torch.float64, requires_grad=True)
    expected = PlainGoogLeNet(exact_weights)(image, layer)
    (expected_grad,) = torch.autograd.grad((expected**2).sum() / 2, image)
    gradient = InputGradient(build_network(INFO, exact_weights), [(layer, L2())])
    ones = torch.ones(1, INFO.layers[layer], 1, 1, dtype=torch.float64)
    grad, (activations,) = gradient.with_activations(image.detach(), [ones])
    torch.testing.assert_close(activations, expected.detach(), atol=1e-11, rtol=1e-9)
    assert float((grad - expected_grad).norm() / expected_grad.norm()) < 1e-12


def test_its_layers_are_those_of_the_paper() -> None:
    modules = [[f"inception{module}" for module in stage] for stage in (("3a", "3b"), STAGE_4, ("5a", "5b"))]
    expected = ["conv1", "maxpool1", "conv2", "conv3", "maxpool2", *modules[0], "maxpool3", *modules[1]]
    expected += ["maxpool4", *modules[2], "fc"]
    assert list(INFO.layers) == expected
    assert INFO.layers["inception4e"] == INFO.layers["maxpool4"] == 832
    assert INFO.layers["inception5b"] == 1024


def test_a_kernel_dreams_with_it(weights: dict[str, Tensor]) -> None:
    spec = KernelSpec("googlenet", taps_at("inception4c"), (64, 72), 2, 1.4, 2, 1.0)
    network = build_network(INFO, weights)
    gradient, kernel = InputGradient(network, [("inception4c", L2())]), Kernel(network, spec).eval()
    image = torch.rand(1, 3, *spec.size_hw) * 0.5 + 0.25
    step, views = torch.tensor([0.02, 0.5, 1.0, 0.0, 0.0, 8.0, 1.0]), torch.tensor([[3, -5], [0, 7]])
    dreamed = kernel(image, step, views, torch.ones(1, INFO.layers["inception4c"], 1, 1))
    strength = [float(gradient.activations(x)[0].square().mean()) for x in (image, dreamed)]
    assert strength[1] > 1.1 * strength[0]
    assert dreamed.shape == image.shape


SIDES = {"loss1": (512, 2048), "loss2": (528, 2048)}
"""What goes into a classifier's convolution, and into the first of its matrices."""


@pytest.mark.parametrize(
    ("name", "stem", "classifier", "classes"),
    [
        ("bvlc_googlenet", ("conv1_7x7_s2", "conv2_3x3_reduce", "conv2_3x3"), "classifier_1", 1000),
        ("googlenet_places205", ("conv1_7x7_s2", "conv2_3x3_reduce", "conv2_3x3"), "classifier_1", 205),
        ("googlenet_places365", ("conv1_7x7_s2", "conv2_3x3_reduce", "conv2_3x3"), "classifier_1", 365),
        ("googlenet_cars", ("conv1", "conv2_1x1", "conv2_3x3"), "classifier_model_1", 431),
    ],
)
def test_caffe_s_takes_the_tensors_that_the_file_has(
    name: str, stem: tuple[str, str, str], classifier: str, classes: int
) -> None:
    expected = dict(zip(stem, [(64, 3, 7, 7), (64, 64, 1, 1), (192, 64, 3, 3)], strict=True))
    below = 192
    for module, (b1, reduced3, b3, reduced5, b5, b4) in MODULES.items():
        expected |= {
            f"inception_{module}_1x1": (b1, below, 1, 1), f"inception_{module}_pool_proj": (b4, below, 1, 1),
            f"inception_{module}_3x3_reduce": (reduced3, below, 1, 1),
            f"inception_{module}_5x5_reduce": (reduced5, below, 1, 1),
            f"inception_{module}_3x3": (b3, reduced3, 3, 3), f"inception_{module}_5x5": (b5, reduced5, 5, 5),
        }  # fmt: skip
        below = b1 + b3 + b5 + b4
    for side, (channels, flat) in SIDES.items():
        expected |= {f"{side}_conv": (128, channels, 1, 1), f"{side}_fc_1": (1024, flat)}
        expected[f"{side}_{classifier}"] = (classes, 1024)
    shapes = network_info(name).plan.tensors()
    assert {
        key.removesuffix(".weight"): shape for key, shape in shapes.items() if "bias" not in key
    } == expected
    assert {key: shape for key, shape in shapes.items() if "bias" in key} == {
        f"{key}.bias": (shape[0],) for key, shape in expected.items()
    }
