"""Every published network against a plain one of torch's own operations, and against torch.autograd."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.build import build_network, random_weights
from livedream.dream.catalog import network_info, network_names
from livedream.dream.input_gradient import InputGradient
from livedream.dream.network import Network
from livedream.dream.network_info import NetworkInfo
from livedream.dream.objective import L2
from livedream.dream.zoo import plan as paper
from livedream.errors import InputError

PUBLISHED = network_names()[1:]


class Plain:
    """A network as its plan says it, by torch's own operations: ceil_mode, batch norm by itself."""

    def __init__(self, info: NetworkInfo, weights: Mapping[str, Tensor], pooling: str = "max") -> None:
        self.plan, self.weights, self.pooling = info.plan, weights, pooling
        self.first = True

    def __call__(self, image: Tensor, last: str) -> Tensor:
        scale, shift = (
            torch.tensor(values, dtype=image.dtype).reshape(1, -1, 1, 1)
            for values in (self.plan.scale, self.plan.shift)
        )
        x = image * scale + shift
        x = x[:, [2, 1, 0]] if self.plan.bgr else x
        below, head = self.plan.heads.get(last, (last, ()))
        for name, steps in self.plan.layers.items():
            x = self._steps(steps, x)
            if name == below:
                return self._steps(head, x)
        raise AssertionError(last)

    def _steps(self, steps: paper.Steps, x: Tensor) -> Tensor:
        for step in steps:
            x = self._step(step, x)
        return x

    def _step(self, step: paper.Step, x: Tensor) -> Tensor:  # noqa: PLR0911
        match step:
            case paper.Conv():
                return self._convolve(step, x)
            case paper.Relu(ceiling):
                return F.relu(x) if ceiling is None else torch.clamp(x, 0, ceiling)
            case paper.MaxPool(kernel, stride, padding, whole):
                around = kernel // 2 if stride == 1 else padding
                if self.pooling == "max":
                    return F.max_pool2d(x, kernel, stride, around, ceil_mode=not whole)
                return F.avg_pool2d(x, kernel, stride, around, not whole, count_include_pad=False)
            case paper.AveragePool(kernel, stride, padding):
                return F.avg_pool2d(x, kernel, stride, padding, ceil_mode=not padding)
            case paper.LocalResponse():
                return F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)
            case paper.Mean():
                return F.adaptive_avg_pool2d(x, 1)
            case paper.Branches(ways):
                return torch.cat([self._steps(way, x) for way in ways], 1)
            case paper.Residual(inside, shortcut):
                return self._steps(inside, x) + self._steps(shortcut, x)

    def _convolve(self, step: paper.Conv, x: Tensor) -> Tensor:
        weight = self.weights[f"{step.weights}.weight"].reshape(step.out, -1, *step.kernel_hw)
        padding_hw = step.padding_hw
        if padding_hw is None:  # "same", as TensorFlow pads where the stride divides the size
            around = step.kernel_hw[0] - step.stride
            x = F.pad(x, (around // 2, around - around // 2) * 2)
            padding_hw = (0, 0)
        missing = (
            [max(0, side - size) for side, size in zip(step.kernel_hw, x.shape[2:], strict=True)]
            if step.flat
            else [0, 0]
        )  # a classifier sees zeros beyond an image that is too small for it
        x = F.pad(x, (0, missing[1], 0, missing[0]))
        bias = None if step.norm else self.weights[f"{step.weights}.bias"]
        x = F.conv2d(x, weight, bias, step.stride, padding_hw, groups=x.shape[1] if step.depthwise else 1)
        if not step.norm:
            return x
        mean, variance, gain, shift = (
            self.weights[f"{step.norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        return F.batch_norm(x, mean, variance, gain, shift, training=False, eps=self.plan.epsilon)


def cut(info: NetworkInfo, layer: str) -> NetworkInfo:
    """Leave out what lies above a layer, so that its weights are not needed."""
    names = list(info.plan.layers)
    below, _ = info.plan.heads.get(layer, (layer, ()))
    layers = {name: info.plan.layers[name] for name in names[: names.index(below) + 1]}
    plan = replace(info.plan, layers=layers, heads={k: v for k, v in info.plan.heads.items() if k == layer})
    return replace(info, plan=plan, layers=plan.channels())


def exact(info: NetworkInfo, seed: int) -> dict[str, Tensor]:
    return {name: tensor.double() for name, tensor in random_weights(info, seed).items()}


def check(name: str, layer: str, size_hw: tuple[int, int], pooling: str = "max") -> None:
    info = cut(network_info(name), layer)
    weights = exact(info, 3)
    torch.manual_seed(5)
    image = torch.rand(1, 3, *size_hw, dtype=torch.float64, requires_grad=True)
    expected = Plain(info, weights, pooling)(image, layer)
    control = torch.randn(1, info.layers[layer], 1, 1, dtype=torch.float64)
    (expected_grad,) = torch.autograd.grad((control * expected**2).sum() / 2, image)
    network = build_network(info, weights, pooling)  # type: ignore[arg-type]
    gradient = InputGradient(network, [(layer, L2())])
    grad, (activations,) = gradient.with_activations(image.detach(), [control])
    scale = float(expected.detach().abs().max())
    torch.testing.assert_close(activations, expected.detach(), atol=1e-12 * scale, rtol=1e-9)
    assert float(expected_grad.norm()) > 0
    assert float((grad - expected_grad).norm() / expected_grad.norm()) < 1e-11


@pytest.mark.parametrize(
    ("name", "layer", "size_hw"),
    [
        ("googlenet", "inception4c", (33, 46)),
        ("googlenet", "fc", (17, 20)),
        ("bvlc_googlenet", "pool1/norm1", (31, 38)),
        ("bvlc_googlenet", "inception_4c/output", (49, 38)),
        ("googlenet_places205", "loss1/classifier", (65, 98)),
        ("googlenet_places365", "inception_3b/output", (37, 40)),
        ("googlenet_cars", "norm2", (31, 38)),
        ("googlenet_cars", "loss1/classifier_model", (65, 98)),
        ("nin", "cccp1", (11, 23)),
        ("nin", "relu9", (70, 81)),
        ("nin", "pool4", (96, 109)),
        ("vgg16", "relu4_3", (19, 26)),
        ("vgg16", "conv2_2", (16, 19)),
        ("vgg19", "pool3", (19, 17)),
        ("squeezenet1_1", "fire8", (37, 42)),
        ("squeezenet1_1", "logits", (40, 43)),
        ("inception_v3", "Mixed_5b", (47, 38)),
        ("inception_v3", "Mixed_6c", (79, 80)),
        ("inception_v3", "Mixed_7b", (75, 76)),
        ("resnet50", "layer1.0", (37, 30)),
        ("resnet50", "layer3.0", (33, 40)),
        ("mobilenet_v1", "conv_pw_8", (48, 64)),
    ],
)
def test_its_input_gradient_is_what_autograd_gives_a_plain_one(
    name: str, layer: str, size_hw: tuple[int, int]
) -> None:
    check(name, layer, size_hw)


@pytest.mark.parametrize(
    ("name", "layer", "size_hw"),
    [
        ("vgg16", "relu3_1", (19, 22)),
        ("bvlc_googlenet", "inception_4a/output", (49, 38)),
        ("googlenet_cars", "inception_3a/output", (33, 38)),
        ("nin", "relu5", (38, 49)),
        ("resnet50", "layer2.0", (37, 42)),
        ("squeezenet1_1", "fire4", (31, 40)),
        ("inception_v3", "Mixed_6a", (79, 80)),
    ],
)
def test_so_it_is_with_average_pooling(name: str, layer: str, size_hw: tuple[int, int]) -> None:
    check(name, layer, size_hw, "average")


def test_average_pooling_dreams_something_else() -> None:
    info = cut(network_info("vgg16"), "relu3_1")
    weights, image = random_weights(info, 1), torch.rand(1, 3, 24, 32)
    most, mean = (build_network(info, weights, pooling) for pooling in ("max", "average"))
    by_most, by_mean = (
        InputGradient(network, [("relu3_1", L2())]).activations(image)[0] for network in (most, mean)
    )
    assert by_most.shape == by_mean.shape
    assert float((by_most - by_mean).norm() / by_most.norm()) > 0.1


def without_weights(name: str) -> Network:
    """A network that computes shapes alone."""
    info = network_info(name)
    weights = {key: torch.empty(shape, device="meta") for key, shape in info.plan.tensors().items()}
    return build_network(info, weights).to("meta")


@pytest.mark.parametrize("name", PUBLISHED)
def test_its_shapes_are_those_on_paper_and_a_picture_of_any_size_can_be_dreamed(name: str) -> None:
    network = without_weights(name)
    for size_hw in ((1, 1), (9, 96)):
        x = torch.empty(1, 3, *size_hw, device="meta")
        for layer in network.names:
            y, saved = network[layer].forward_saving(x)
            assert y.shape[1] == network.info.layers[layer]
            assert network[layer].vjp(saved, y).shape == x.shape
            x = y
            for head in (head for head in network.info.plan.heads if network.below(head) == layer):
                y, saved = network.head(head).forward_saving(x)
                assert tuple(y.shape) == (1, network.info.layers[head], 1, 1)
                assert network.head(head).vjp(saved, y).shape == x.shape


# Pixels as published: Szegedy et al. 2015 (table 1), Szegedy et al. 2016 (table 1), He et al. 2016 (table 1),
# Simonyan and Zisserman 2015, Iandola et al. 2016 (table 1; version 1.1 ends with 13x13 too); Caffe's zoo
# for Network in Network.
PIXELS = {
    ("googlenet", 224): {
        "conv1": 112,
        "maxpool1": 56,
        "conv3": 56,
        "maxpool2": 28,
        "inception3b": 28,
        "maxpool3": 14,
        "inception4e": 14,
        "maxpool4": 7,
        "inception5b": 7,
        "fc": 1,
    },
    ("bvlc_googlenet", 224): {
        "conv1/7x7_s2": 112,
        "pool1/norm1": 56,
        "conv2/3x3": 56,
        "inception_3b/output": 28,
        "inception_4e/output": 14,
        "inception_5b/output": 7,
    },
    ("googlenet_cars", 224): {
        "conv1": 112,
        "norm1": 56,
        "conv2_3x3": 56,
        "pool2": 28,
        "pool3": 14,
        "pool4": 7,
    },
    ("nin", 224): {
        "conv1": 54,
        "relu2": 54,
        "pool1": 27,
        "conv2": 27,
        "pool2": 13,
        "conv3": 13,
        "pool3": 6,
        "conv4-1024": 6,
        "relu12": 6,
        "pool4": 1,
    },
    ("inception_v3", 299): {
        "Conv2d_1a_3x3": 149,
        "Conv2d_2a_3x3": 147,
        "Conv2d_2b_3x3": 147,
        "maxpool1": 73,
        "Conv2d_4a_3x3": 71,
        "maxpool2": 35,
        "Mixed_5d": 35,
        "Mixed_6e": 17,
        "Mixed_7c": 8,
        "fc": 1,
    },
    ("resnet50", 224): {
        "conv1": 112,
        "maxpool": 56,
        "layer1.2": 56,
        "layer2.3": 28,
        "layer3.5": 14,
        "layer4.2": 7,
        "fc": 1,
    },
    ("vgg16", 224): {"conv1_2": 224, "pool1": 112, "pool3": 28, "relu5_3": 14, "pool5": 7, "fc6": 1},
    ("squeezenet1_1", 224): {"conv1": 111, "maxpool1": 55, "fire9": 13, "conv10": 13, "logits": 1},
    ("mobilenet_v1", 224): {
        "conv1": 112,
        "conv_pw_1": 112,
        "conv_pw_2": 56,
        "conv_pw_4": 28,
        "conv_pw_6": 14,
        "conv_pw_12": 7,
    },
}


@pytest.mark.parametrize(("name", "side_px"), PIXELS)
def test_its_layers_have_the_published_pixels(name: str, side_px: int) -> None:
    network, found = without_weights(name), {}
    x = torch.empty(1, 3, side_px, side_px, device="meta")
    for layer in network.names:
        x = network[layer](x)
        assert x.shape[2] == x.shape[3]
        found[layer] = x.shape[2]
    expected = PIXELS[name, side_px]
    assert {layer: found[layer] for layer in expected} == expected


def test_random_weights_are_seeded_and_keep_the_activations_in_size() -> None:
    info = network_info("googlenet")
    weights, again, other = (random_weights(info, seed) for seed in (3, 3, 4))
    assert all(torch.equal(again[name], tensor) for name, tensor in weights.items())
    assert not torch.equal(other["conv1.conv.weight"], weights["conv1.conv.weight"])
    x = torch.rand(1, 3, 64, 64) * 2 - 1
    network = build_network(info, weights)
    for name in network.names[:-1]:
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
def test_what_is_missing_or_of_another_shape_is_named(name: str, tensor: Tensor | None, told: str) -> None:
    info = network_info("googlenet")
    wrong = {key: torch.zeros(shape) for key, shape in info.plan.tensors().items() if key != name}
    if tensor is not None:
        wrong[name] = tensor
    with pytest.raises(InputError) as fault:
        build_network(info, wrong)
    assert str(fault.value) == f"{info.file} is not the network googlenet: {told}"


@pytest.mark.parametrize("name", PUBLISHED)
def test_another_network_is_told_in_one_sentence(name: str) -> None:
    info = network_info(name)
    for other in PUBLISHED:
        foreign = network_info(other).plan.tensors()
        if foreign == info.plan.tensors():
            continue
        with pytest.raises(InputError, match=f"is not the network {name}: ") as told:
            build_network(info, {key: torch.empty(shape, device="meta") for key, shape in foreign.items()})
        assert "\n" not in str(told.value)


def test_names_that_are_not_needed_do_no_harm() -> None:
    info = cut(network_info("googlenet"), "conv2")
    more = {"aux1.fc1.weight": torch.zeros(2, 2), "conv1.bn.num_batches_tracked": torch.tensor(7)}
    assert build_network(info, random_weights(info, 0) | more).names == ("conv1", "maxpool1", "conv2")


@pytest.mark.parametrize(
    ("name", "layer", "weights_name", "taps"),
    [
        ("bvlc_googlenet", "conv1/7x7_s2", "conv1_7x7_s2.weight", 49),
        ("googlenet_cars", "conv1", "conv1.weight", 49),
        ("nin", "conv1", "features.0.weight", 121),
    ],
)
def test_blue_comes_first_where_the_weights_say_so(
    name: str, layer: str, weights_name: str, taps: int
) -> None:
    info = cut(network_info(name), layer)
    weights = {key: torch.zeros(shape) for key, shape in info.plan.tensors().items()}
    weights[weights_name][:, 0] = 1.0
    network = build_network(info, weights)
    means = torch.tensor([123.68, 116.779, 103.939]).reshape(1, 3, 1, 1) / 255
    x = means.expand(1, 3, 19, 19).clone()
    x[:, :2] = 1.0
    assert float(network[layer](network.entry(x)).abs().max()) < 5e-3
    x[:, 2] = 1.0
    seen = network[layer](network.entry(x))
    assert float(seen[0, 0, 2, 2]) == pytest.approx(taps * (255 - 103.939), rel=1e-3)
