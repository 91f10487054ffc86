from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.layers import Affine, Branches, Chain, Convolution, Layer, Relu, Residual
from livedream.dream.local_response import LocalResponse
from livedream.dream.pooling import Every, Mean

sides = st.integers(1, 14)


def convolution(
    in_channels: int, out: int, size: int = 3, stride: int = 1, groups: int = 1, padding: int | None = None
) -> Convolution:
    weight = torch.randn(out, in_channels // groups, size, size, dtype=torch.float64)
    return Convolution(weight, torch.randn(out, dtype=torch.float64), stride, padding)


def oblong(
    height: int, width: int, stride: int = 1, padding: tuple[int, int] | None = None, groups: int = 1
) -> Convolution:
    weight = torch.randn(4, 4 // groups, height, width, dtype=torch.float64)
    return Convolution(weight, torch.randn(4, dtype=torch.float64), stride, padding)


LAYERS: dict[str, Callable[[], Layer]] = {
    "dense": lambda: convolution(4, 6),
    "dense, stride 2": lambda: convolution(4, 6, stride=2),
    "1x1": lambda: convolution(4, 7, size=1),
    "2x2": lambda: convolution(4, 5, size=2),
    "5x5": lambda: convolution(4, 3, size=5),
    "5x5, stride 2": lambda: convolution(4, 3, size=5, stride=2),
    "4x4, stride 2": lambda: convolution(4, 3, size=4, stride=2),
    "8x8, stride 4": lambda: convolution(4, 3, size=8, stride=4),
    "5x5, stride 3": lambda: convolution(4, 3, size=5, stride=3),
    "patches": lambda: convolution(4, 3, size=4, stride=4),
    "depthwise, stride 3": lambda: convolution(4, 4, size=5, stride=3, groups=4),
    "grouped": lambda: convolution(4, 6, groups=2),
    "grouped, stride 2": lambda: convolution(4, 6, stride=2, groups=2),
    "depthwise": lambda: convolution(4, 4, groups=4),
    "depthwise, stride 2": lambda: convolution(4, 4, stride=2, groups=4),
    "depthwise, two outputs a channel": lambda: convolution(4, 8, stride=2, groups=4),
    "7x7, stride 2, padding 3": lambda: convolution(4, 3, size=7, stride=2, padding=3),
    "3x3, padding 2": lambda: convolution(4, 3, padding=2),
    "1x7": lambda: oblong(1, 7, padding=(0, 3)),
    "7x1": lambda: oblong(7, 1, padding=(3, 0)),
    "2x5, as many zeros as needed": lambda: oblong(2, 5),
    "2x5, stride 2": lambda: oblong(2, 5, stride=2, padding=(1, 2)),
    "5x3, stride 3, depthwise": lambda: oblong(5, 3, stride=3, groups=4),
    "7x7, no padding": lambda: convolution(4, 3, size=7, padding=0),
    "3x3, stride 2, no padding": lambda: convolution(4, 3, stride=2, padding=0),
    "every second pixel": lambda: Every(2),
    "local response": LocalResponse,
    "mean": Mean,
    "relu": Relu,
    "relu with a ceiling": lambda: Relu(0.7),
    "residual": lambda: Residual(convolution(4, 4)),
    "residual with a shortcut": lambda: Residual(
        convolution(4, 6, stride=2, padding=1), Chain([Every(2), convolution(4, 6, size=1)])
    ),
    "chain": lambda: Chain([convolution(4, 6), Relu(), convolution(6, 6, stride=2, groups=6), Relu(1.0)]),
    "chain of residuals": lambda: Chain(
        [Residual(Chain([convolution(4, 4, groups=4), Relu()])), Relu(), Residual(convolution(4, 4, size=1))]
    ),
}


def by_autograd(layer: Layer, x: Tensor, seed: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    x = x.clone().requires_grad_()
    y = layer(x)
    (grad,) = torch.autograd.grad(y, x, seed(y.detach()))
    return y.detach(), grad


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=12, deadline=None)
@given(height=sides, width=sides, seed=st.integers(0, 1000))
def test_the_vjp_is_what_autograd_gives(name: str, height: int, width: int, seed: int) -> None:
    torch.manual_seed(seed)
    layer = LAYERS[name]()
    x = torch.randn(2, 4, height, width, dtype=torch.float64)
    y, saved = layer.forward_saving(x)
    upstream = torch.randn_like(y)
    expected_y, expected = by_autograd(layer, x, lambda _: upstream)
    torch.testing.assert_close(y, expected_y)
    pulled = layer.vjp(saved, upstream)
    assert pulled.shape == x.shape
    torch.testing.assert_close(pulled, expected, atol=1e-11, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(sides, sides, st.integers(1, 4), st.integers(0, 4), st.sampled_from([1, 2, 4]))
def test_a_convolution_divides_the_size_by_its_stride_rounded_up(
    height: int, width: int, stride: int, more: int, groups: int
) -> None:
    size = stride + more
    layer = convolution(4, 4, size, stride, groups)
    x = torch.randn(1, 4, height, width, dtype=torch.float64)
    y = layer(x)
    assert y.shape[2:] == (-(-height // stride), -(-width // stride))
    before = (size - stride) // 2
    with_room = F.pad(x, (before, size, before, size))
    expected = F.conv2d(with_room, layer.weight, layer.bias, stride, groups=groups)
    torch.testing.assert_close(y, expected[:, :, : y.shape[2], : y.shape[3]])


@pytest.mark.parametrize(("stride", "size"), [(0, 3), (4, 3)])
def test_a_stride_that_skips_pixels_is_refused(stride: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"stride must be from 1 to the kernel's size, not {stride}"):
        Convolution(torch.zeros(1, 1, size, size), torch.zeros(1), stride=stride)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 4), st.integers(0, 4), st.sampled_from([1, 2, 4]))
def test_a_convolution_with_padding_is_torch_s(
    data: st.DataObject, stride: int, more: int, groups: int
) -> None:
    size = stride + more
    padding = data.draw(st.integers(0, size - 1))
    least = max(1, size - 2 * padding)
    layer = convolution(4, 4, size, stride, groups, padding)
    shape = (1, 4, data.draw(st.integers(least, 14)), data.draw(st.integers(least, 14)))
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    expected = F.conv2d(x, layer.weight, layer.bias, stride, padding, groups=groups)
    y, saved = layer.forward_saving(x.detach())
    torch.testing.assert_close(y, expected.detach())
    upstream = torch.randn_like(y)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    torch.testing.assert_close(layer.vjp(saved, upstream), expected_grad, atol=1e-11, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([(1, 7), (7, 1), (2, 5), (3, 3)]), st.integers(1, 2))
def test_an_oblong_convolution_is_torch_s(
    data: st.DataObject, kernel_hw: tuple[int, int], stride: int
) -> None:
    stride = min(stride, *kernel_hw)
    padding = (data.draw(st.integers(0, kernel_hw[0] - 1)), data.draw(st.integers(0, kernel_hw[1] - 1)))
    layer = oblong(*kernel_hw, stride, padding)
    least = [max(1, side - 2 * before) for side, before in zip(kernel_hw, padding, strict=True)]
    x = torch.randn(1, 4, *(data.draw(st.integers(n, 14)) for n in least), dtype=torch.float64)
    x.requires_grad_()
    expected = F.conv2d(x, layer.weight, layer.bias, stride, padding)
    y, saved = layer.forward_saving(x.detach())
    torch.testing.assert_close(y, expected.detach())
    upstream = torch.randn_like(y)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    torch.testing.assert_close(layer.vjp(saved, upstream), expected_grad, atol=1e-11, rtol=1e-9)


@pytest.mark.parametrize("size_hw", [(1, 1), (2, 9), (5, 3)])
def test_an_image_smaller_than_the_kernel_still_has_an_output(size_hw: tuple[int, int]) -> None:
    layer = convolution(4, 2, size=5, padding=1)
    x = torch.randn(1, 4, *size_hw, dtype=torch.float64)
    assert layer(x).shape[2:] == tuple(max(1, side - 2) for side in size_hw)
    with_zeros = F.pad(x, (0, max(0, 3 - size_hw[1]), 0, max(0, 3 - size_hw[0])))
    torch.testing.assert_close(layer(x), F.conv2d(with_zeros, layer.weight, layer.bias, padding=1))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(0, 3), st.sampled_from([1, 2, 4]), st.integers(1, 4))
def test_frozen_weights_lead_the_same_way_back(stride: int, more: int, groups: int, channels: int) -> None:
    layer = convolution(channels * groups, 2 * groups, stride + more, stride, groups)
    y, saved = layer.forward_saving(torch.randn(1, channels * groups, 9, 11, dtype=torch.float64))
    upstream = torch.randn_like(y)
    expected = layer.vjp(saved, upstream)
    layer.freeze()
    assert torch.equal(layer.vjp(saved, upstream), expected)
    torch.testing.assert_close(layer.float().vjp(saved, upstream.float()), expected.float())


@pytest.mark.parametrize("padding", [-1, 3])
def test_a_padding_as_large_as_the_kernel_is_refused(padding: int) -> None:
    with pytest.raises(
        ValueError, match=f"padding must be from 0 to one less than the kernel's size, not {padding}"
    ):
        Convolution(torch.zeros(1, 1, 3, 3), torch.zeros(1), padding=padding)


def test_relu_lets_the_gradient_pass_only_inside_its_range() -> None:
    x = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0]).reshape(1, 1, 1, 5)
    for layer, output, passed in [
        (Relu(), [0, 0, 0.5, 1, 2], [0, 0, 9, 9, 9]),
        (Relu(1.0), [0, 0, 0.5, 1, 1], [0, 0, 9, 0, 0]),
    ]:
        y, saved = layer.forward_saving(x)
        assert y.flatten().tolist() == output
        assert layer.vjp(saved, torch.full_like(y, 9.0)).flatten().tolist() == passed


def test_a_residual_of_nothing_is_the_identity() -> None:
    layer = Residual(Convolution(torch.zeros(3, 3, 1, 1), torch.zeros(3)))
    x = torch.randn(1, 3, 4, 5)
    y, saved = layer.forward_saving(x)
    assert torch.equal(y, x)
    assert torch.equal(layer.vjp(saved, x), x)


def test_layers_hold_no_gradients_of_their_weights() -> None:
    assert not any(weight.requires_grad for weight in LAYERS["chain"]().parameters())


def way_of(out: int, size: int) -> Convolution:
    weight = torch.randn(out, 4, size, size, dtype=torch.float64)
    return Convolution(weight, torch.randn(out, dtype=torch.float64))


def ways(seed: int) -> list[Layer]:
    torch.manual_seed(seed)
    return [way_of(3, 3), Relu(), Chain([way_of(2, 1), Relu()])]


def pushed(layer: Layer, seed: int) -> tuple[Tensor, Tensor, object]:
    """Give a picture, what a layer makes of it and what it keeps."""
    torch.manual_seed(seed + 1)
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    return (x, *layer.forward_saving(x))


def test_branches_put_their_channels_one_after_the_other() -> None:
    first, second = way_of(3, 3), way_of(5, 1)
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    y = Branches([first, second])(x)
    assert torch.equal(y, torch.cat([first(x), second(x)], 1))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000))
def test_the_way_back_through_branches_is_that_of_autograd_and_the_sum_of_the_ways(seed: int) -> None:
    layers = ways(seed)
    x, y, saved = pushed(Branches(layers), seed)
    upstream = torch.randn_like(y)
    pulled = Branches(layers).vjp(saved, upstream)
    x.requires_grad_()
    (expected,) = torch.autograd.grad(torch.cat([layer(x) for layer in layers], 1), x, upstream)
    torch.testing.assert_close(pulled, expected, atol=1e-11, rtol=1e-9)
    parts = torch.split(upstream, [3, 4, 2], 1)
    alone = [layer.vjp(layer.forward_saving(x)[1], part) for layer, part in zip(layers, parts, strict=True)]
    torch.testing.assert_close(pulled, sum(alone))


def test_branches_may_have_branches_in_them() -> None:
    layers = ways(3)
    nested = Branches([Branches(layers[:2]), layers[2]])
    (x, y, saved), (_, flat, flat_saved) = pushed(nested, 5), pushed(Branches(layers), 5)
    assert torch.equal(y, flat)
    upstream = torch.randn_like(y)
    torch.testing.assert_close(nested.vjp(saved, upstream), Branches(layers).vjp(flat_saved, upstream))
    assert nested.vjp(saved, upstream).shape == x.shape


def test_an_affine_layer_without_channels_of_its_own_is_alike_for_all() -> None:
    x = torch.tensor([0.0, 0.25, 1.0]).reshape(1, 3, 1, 1)
    entry = Affine(2.0, -1.0)
    y, saved = entry.forward_saving(x)
    assert y.flatten().tolist() == [-1.0, -0.5, 1.0]
    assert entry.vjp(saved, torch.ones_like(x)).flatten().tolist() == [2.0, 2.0, 2.0]


def test_each_channel_of_an_affine_layer_may_have_its_own() -> None:
    entry = Affine((255.0, 1.0, 2.0), (-100.0, 0.0, 3.0))
    y, saved = entry.forward_saving(torch.ones(1, 3, 1, 1))
    assert y.flatten().tolist() == [155.0, 1.0, 5.0]
    assert entry.vjp(saved, torch.ones(1, 3, 1, 1)).flatten().tolist() == [255.0, 1.0, 2.0]


def test_an_affine_layer_keeps_the_number_format_of_the_network() -> None:
    x = torch.rand(1, 3, 2, 2)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        assert Affine(2.0, -1.0).to(dtype).forward_saving(x.to(dtype))[0].dtype == dtype
    exact = Affine(1 / 0.229, -0.485 / 0.229, torch.float64)
    assert float(exact(torch.tensor([[[[0.485]]]], dtype=torch.float64))) == pytest.approx(0.0, abs=1e-15)
