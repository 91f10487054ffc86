"""The explicit gradient against torch.autograd, which is the truth."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.catalog import NetworkInfo, network_info
from livedream.dream.input_gradient import InputGradient
from livedream.dream.layers import Chain, Convolution, Relu, Residual
from livedream.dream.network import Network
from livedream.dream.objective import L2

TAPS = tuple(network_info("embedded").layers)


def by_autograd(network: Network, controls: Mapping[str, Tensor], image: Tensor) -> Tensor:
    image = image.clone().requires_grad_()
    x, objective = network.entry(image), image.new_zeros(())
    for place in network.names:
        x = network[place](x)
        for name in (name for name in controls if network.below(name) == place):
            objective = objective + (controls[name] * network.head(name)(x) ** 2).sum() / 2
    (grad,) = torch.autograd.grad(objective, image)
    return grad


def gradient(
    network: Network, controls: Mapping[str, Tensor], image: Tensor, *, levelled: bool = False
) -> Tensor:
    explicit = InputGradient(network, [(layer, L2()) for layer in controls], levelled=levelled)
    result: Tensor = explicit(image, [controls[name] for name in explicit.tap_names])
    return result


def ones(network: Network, tap: str) -> Tensor:
    return torch.ones(1, network.info.layers[tap], 1, 1, dtype=torch.float64)


def relative_error(a: Tensor, b: Tensor) -> float:
    return float((a - b).norm() / b.norm())


@pytest.mark.parametrize("tap", TAPS)
def test_it_is_what_autograd_gives_at_every_tap(exact_network: Network, tap: str) -> None:
    torch.manual_seed(1)
    image = torch.rand(1, 3, 45, 38, dtype=torch.float64)
    controls = {tap: ones(exact_network, tap)}
    expected = by_autograd(exact_network, controls, image)
    assert float(expected.norm()) > 0
    assert relative_error(gradient(exact_network, controls, image), expected) < 1e-12


@settings(max_examples=10, deadline=None)
@given(height=st.integers(17, 50), width=st.integers(17, 50), tap=st.sampled_from(TAPS[:8]))
def test_it_is_what_autograd_gives_at_every_size(
    exact_network: Network, height: int, width: int, tap: str
) -> None:
    torch.manual_seed(height * width)
    image = torch.rand(1, 3, height, width, dtype=torch.float64)
    controls = {tap: ones(exact_network, tap)}
    expected = by_autograd(exact_network, controls, image)
    torch.testing.assert_close(gradient(exact_network, controls, image), expected, atol=1e-12, rtol=1e-8)


@settings(max_examples=8, deadline=None)
@given(
    taps=st.sets(st.sampled_from(TAPS[:7]), min_size=2, max_size=4),
    weights=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
)
def test_several_taps_add_up_each_with_the_weights_of_its_channels(
    exact_network: Network, taps: set[str], weights: list[float]
) -> None:
    torch.manual_seed(len(taps))
    image = torch.rand(1, 3, 32, 41, dtype=torch.float64)
    controls = {
        tap: weight * torch.randn_like(ones(exact_network, tap))
        for tap, weight in zip(sorted(taps), weights, strict=False)
    }
    expected = by_autograd(exact_network, controls, image)
    for levelled in (False, True):
        given = gradient(exact_network, controls, image, levelled=levelled)
        torch.testing.assert_close(given, expected, atol=1e-10, rtol=1e-8)


def test_what_goes_back_levelled_has_one_magnitude_whatever_the_weights(exact_network: Network) -> None:
    image = torch.rand(1, 3, 40, 48, dtype=torch.float64)
    taken: list[float] = []
    layer = exact_network["block.2"]
    vjp = layer.vjp
    layer.vjp = lambda kept, grad: taken.append(float(grad.abs().max())) or vjp(kept, grad)  # type: ignore[method-assign]
    try:
        for weight in (1e-3, 1.0, 1e3):
            gradient(
                exact_network, {"block.2": weight * ones(exact_network, "block.2")}, image, levelled=True
            )
    finally:
        del layer.vjp
    assert taken == pytest.approx([1.0] * 3)


def test_the_order_of_the_taps_does_not_matter(exact_network: Network) -> None:
    image = torch.rand(1, 3, 40, 48, dtype=torch.float64)
    controls = {tap: torch.randn_like(ones(exact_network, tap)) for tap in ("head.6", "stem", "head.4")}
    backwards = dict(reversed(controls.items()))
    result = gradient(exact_network, backwards, image)
    torch.testing.assert_close(result, gradient(exact_network, controls, image), atol=1e-12, rtol=0)


def test_two_objectives_at_one_layer_add_up(exact_network: Network) -> None:
    image = torch.rand(1, 3, 40, 48, dtype=torch.float64)
    one, other = (torch.randn_like(ones(exact_network, "head.6")) for _ in range(2))
    both = InputGradient(exact_network, [("head.6", L2()), ("patterns", L2())])(image, [one, other])
    expected = gradient(exact_network, {"head.6": one + other}, image)
    torch.testing.assert_close(both, expected, atol=1e-12, rtol=0)


def test_the_activations_are_those_of_the_taps_in_their_order(network: Network) -> None:
    image = torch.rand(1, 3, 40, 33)
    explicit = InputGradient(network, [("head.6", L2()), ("block.1", L2())])
    controls = [torch.ones(1, network.info.layers[tap], 1, 1) for tap in explicit.tap_names]
    grad, activations = explicit.with_activations(image, controls)
    assert torch.equal(grad, explicit(image, controls))
    x, expected = image * 2 - 1, {}
    for name in network.names:
        x = expected[name] = network[name](x)
    expected["head.6"] = network.head("head.6")(expected["block.5"])
    for tap, seen, alone in zip(explicit.tap_names, activations, explicit.activations(image), strict=True):
        torch.testing.assert_close(seen, expected[tap])
        assert torch.equal(seen, alone)


def test_a_deep_layer_that_is_not_tapped_costs_nothing(network: Network) -> None:
    explicit = InputGradient(network, [("head.4", L2())])
    assert len(explicit.layers) == network.names.index("block.2") + 1
    assert len(explicit.heads) == 1


def test_it_can_be_learned_through(exact_network: Network) -> None:
    """The gradient of a gradient with respect to a weight is what autograd's own second order gives."""
    weight = exact_network["block.0"].layers[0].inside.layers[2].weight
    image = torch.rand(1, 3, 24, 24, dtype=torch.float64)
    control = {"block.1": ones(exact_network, "block.1")}
    direction = torch.randn_like(image)
    weight.requires_grad_(True)
    try:
        (learned,) = torch.autograd.grad((gradient(exact_network, control, image) * direction).sum(), weight)
        x = image.clone().requires_grad_()
        y = x * 2 - 1
        for name in ("stem", "block.0", "block.1"):
            y = exact_network[name](y)
        (once,) = torch.autograd.grad((y**2).sum() / 2, x, create_graph=True)
        (expected,) = torch.autograd.grad((once * direction).sum(), weight)
    finally:
        weight.requires_grad_(False)
    torch.testing.assert_close(learned, expected, atol=1e-10, rtol=1e-8)


def test_a_mood_is_the_layer_it_stands_for(network: Network) -> None:
    image, control = torch.rand(1, 3, 32, 32), torch.ones(1, 256, 1, 1)
    by_mood = InputGradient(network, [("lines", L2())])(image, [control])
    assert torch.equal(by_mood, InputGradient(network, [("head.4", L2())])(image, [control]))


def test_what_goes_into_a_layer_is_the_layer_before_it(network: Network) -> None:
    image, control = torch.rand(1, 3, 32, 32), torch.ones(1, network.info.layers["block.3"], 1, 1)
    before = InputGradient(network, [("before_block.4", L2())])(image, [control])
    assert torch.equal(before, InputGradient(network, [("block.3", L2())])(image, [control]))


def test_weights_of_zero_give_a_gradient_of_zero(network: Network) -> None:
    grad = InputGradient(network, [("block.2", L2())])(torch.rand(1, 3, 32, 32), [torch.zeros(1, 128, 1, 1)])
    assert grad.shape == (1, 3, 32, 32)
    assert (grad == 0).all()


def test_in_float32_it_differs_by_rounding_alone(network: Network, exact_network: Network) -> None:
    torch.manual_seed(2)
    image = torch.rand(1, 3, 48, 48)
    exact = gradient(exact_network, {"block.3": ones(exact_network, "block.3")}, image.double())
    rounded = InputGradient(network, [("block.3", L2())])(image, [torch.ones(1, 128, 1, 1)])
    assert rounded.dtype == torch.float32
    # A ReLU that rounding switches, as it does on some processors, moves a few numbers and no more.
    differs = (rounded.double() - exact).abs() > 2e-3 * exact.abs().max()
    assert differs.double().mean() < 1e-2
    assert relative_error(rounded.double(), exact) < 0.1


def tiny_network() -> Network:
    """Every kind of layer in a few channels, a ceiling and a grouped convolution among them."""

    def convolution(out: int, per_group: int, size: int, stride: int = 1) -> Convolution:
        weight = torch.randn(out, per_group, size, size, dtype=torch.float64) / (per_group * size) ** 0.5
        return Convolution(weight, torch.randn(out, dtype=torch.float64), stride)

    layers = {
        "dense": Chain([convolution(8, 3, 3, 2), Relu(1.5)]),
        "grouped": Chain([convolution(8, 4, 3), Relu()]),
        "depthwise": Residual(Chain([convolution(8, 1, 3), Relu(2.0), convolution(8, 8, 1)])),
        "strided": Chain([convolution(8, 1, 5, 2), Relu(), convolution(6, 8, 3, 2)]),
    }
    heads = {"aside": ("grouped", Chain([convolution(5, 8, 1), Relu()]))}
    channels = {"dense": 8, "grouped": 8, "aside": 5, "depthwise": 8, "strided": 6}
    return Network(NetworkInfo("tiny", Path("none"), channels, {}), layers, heads)


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    tap=st.sampled_from(["dense", "grouped", "aside", "depthwise", "strided"]),
)
def test_every_kind_of_layer_in_any_order_and_size(height: int, width: int, tap: str) -> None:
    torch.manual_seed(height + 31 * width)
    network, image = tiny_network(), torch.rand(1, 3, height, width, dtype=torch.float64)
    controls = {"dense": torch.randn(1, 8, 1, 1, dtype=torch.float64)}
    controls[tap] = torch.randn(1, network.info.layers[tap], 1, 1, dtype=torch.float64)
    expected = by_autograd(network, controls, image)
    torch.testing.assert_close(gradient(network, controls, image), expected, atol=1e-11, rtol=1e-8)


def test_it_works_where_autograd_is_off(network: Network) -> None:
    with torch.inference_mode():
        grad = InputGradient(network, [("stem", L2())])(torch.rand(1, 3, 32, 32), [torch.ones(1, 64, 1, 1)])
    assert grad.abs().max() > 0
    assert not grad.requires_grad
