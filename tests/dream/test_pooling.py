"""Pooling against torch's own, ties included."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.pooling import AveragePool, Every, MaxPool, Mean

SHAPES = [(3, 1), (3, 2), (2, 2)]
sides = st.integers(1, 17)


def by_torch(x: Tensor, kernel: int, stride: int) -> Tensor:
    return F.max_pool2d(x, kernel, stride, padding=1 if stride == 1 else 0, ceil_mode=True)


def compare(x: Tensor, kernel: int, stride: int) -> None:
    """Expect torch's output and torch's gradient, to the last bit: sums of small integers are exact."""
    expected = by_torch(x.requires_grad_(), kernel, stride)
    upstream = torch.randint(-9, 10, expected.shape).to(x.dtype)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    layer = MaxPool(kernel, stride)
    y, saved = layer.forward_saving(x.detach())
    assert torch.equal(y, expected)
    assert torch.equal(layer.vjp(saved, upstream), expected_grad)


@pytest.mark.parametrize(("kernel", "stride"), SHAPES)
@settings(max_examples=80, deadline=None)
@given(
    size_hw=st.tuples(sides, sides),
    values=st.integers(1, 4),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16]),
)
def test_ties_go_where_torch_has_them(
    kernel: int, stride: int, size_hw: tuple[int, int], values: int, seed: int, dtype: torch.dtype
) -> None:
    if stride == 2 and min(size_hw) < kernel - 1:
        return  # torch refuses a picture smaller than this
    torch.manual_seed(seed)
    compare(torch.randint(1 - values, values, (2, 3, *size_hw)).to(dtype), kernel, stride)


@pytest.mark.parametrize(("kernel", "stride"), SHAPES)
@pytest.mark.parametrize("level", [-7.0, 0.0, 7.0])
def test_a_flat_picture_ties_everywhere(kernel: int, stride: int, level: float) -> None:
    compare(torch.full((1, 2, 9, 12), level), kernel, stride)


@pytest.mark.parametrize(("kernel", "stride"), SHAPES)
def test_every_arrangement_of_two_values_in_a_window(kernel: int, stride: int) -> None:
    numbers = torch.arange(2**9)
    bits = torch.stack([numbers >> place & 1 for place in range(9)], 1)
    compare(bits.reshape(-1, 1, 3, 3).double(), kernel, stride)


@pytest.mark.parametrize(("kernel", "stride"), SHAPES)
@settings(max_examples=20, deadline=None)
@given(height=sides, width=sides, seed=st.integers(0, 1000))
def test_the_vjp_is_what_autograd_gives(kernel: int, stride: int, height: int, width: int, seed: int) -> None:
    torch.manual_seed(seed)
    x = torch.relu(torch.randn(2, 3, height + 1, width + 1, dtype=torch.float64)).requires_grad_()
    expected = by_torch(x, kernel, stride)
    upstream = torch.randn_like(expected)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    y, saved = MaxPool(kernel, stride).forward_saving(x.detach())
    assert torch.equal(y, expected)
    torch.testing.assert_close(MaxPool(kernel, stride).vjp(saved, upstream), expected_grad)


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 6), (5, 1)])
def test_a_picture_smaller_than_torch_takes_still_has_a_window(size_hw: tuple[int, int]) -> None:
    x = torch.arange(1.0, 1 + size_hw[0] * size_hw[1]).reshape(1, 1, *size_hw)
    y, saved = MaxPool(3, 2).forward_saving(x)
    assert y.shape[2:] == tuple(max(1, side // 2) for side in size_hw)
    assert float(y.max()) == float(x[..., : 2 * y.shape[3] + 1].max())
    pulled = MaxPool(3, 2).vjp(saved, torch.ones_like(y))
    assert pulled.shape == x.shape
    assert float(pulled.sum()) == y.numel()


@pytest.mark.parametrize(("kernel", "padding"), [(3, 0), (3, 1), (2, 0)])
@settings(max_examples=60, deadline=None)
@given(
    size_hw=st.tuples(st.integers(3, 17), st.integers(3, 17)),
    values=st.integers(1, 4),
    seed=st.integers(0, 999),
)
def test_whole_windows_are_those_of_torch_without_ceil_mode(
    kernel: int, padding: int, size_hw: tuple[int, int], values: int, seed: int
) -> None:
    torch.manual_seed(seed)
    x = torch.randint(1 - values, values, (2, 3, *size_hw)).double().requires_grad_()
    expected = F.max_pool2d(x, kernel, 2, padding)
    upstream = torch.randint(-9, 10, expected.shape).double()
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    layer = MaxPool(kernel, 2, padding, whole=True)
    y, saved = layer.forward_saving(x.detach())
    assert torch.equal(y, expected)
    assert torch.equal(layer.vjp(saved, upstream), expected_grad)


@pytest.mark.parametrize("size_hw", [(1, 1), (2, 1), (1, 5)])
def test_without_a_whole_window_there_is_one_that_reaches_beyond(size_hw: tuple[int, int]) -> None:
    x = torch.rand(1, 1, *size_hw) - 2
    y, saved = MaxPool(3, 2, whole=True).forward_saving(x)
    assert y.shape[2:] == tuple(max(1, (side - 1) // 2) for side in size_hw)
    assert float(y.max()) == float(x.max())
    assert MaxPool(3, 2, whole=True).vjp(saved, torch.ones_like(y)).shape == x.shape


def test_a_pool_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no max pool of 5x5 with stride 1"):
        MaxPool(5, 1)
    with pytest.raises(ValueError, match="padding has stride 2 and whole windows"):
        MaxPool(3, 2, padding=1)


AVERAGED = st.integers(5, 17)


def compare_average(layer: AveragePool, x: Tensor, expected: Tensor) -> None:
    upstream = torch.randn_like(expected)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    y, saved = layer.forward_saving(x.detach())
    torch.testing.assert_close(y, expected.detach())
    torch.testing.assert_close(layer.vjp(saved, upstream), expected_grad)


@pytest.mark.parametrize(
    "windows",
    [
        (3, 1, 1, True),
        (3, 2, 0, False),
        (3, 2, 0, True),
        (2, 2, 0, False),
        (2, 2, 0, True),
        (3, 2, 1, True),
        (5, 3, 0, False),
        (5, 3, 0, True),
    ],
)
@pytest.mark.parametrize("zeros_count", [False, True])
@settings(max_examples=15, deadline=None)
@given(height=AVERAGED, width=AVERAGED, seed=st.integers(0, 1000))
def test_an_average_is_torch_s(
    windows: tuple[int, int, int, bool], zeros_count: bool, height: int, width: int, seed: int
) -> None:
    kernel, stride, padding, whole = windows
    torch.manual_seed(seed)
    x = torch.randn(2, 3, height, width, dtype=torch.float64, requires_grad=True)
    if zeros_count and not whole:  # torch leaves out what lies beyond, the zeros here are put there by hand
        beyond = [-(side - kernel) % stride for side in (width, height)]
        expected = F.avg_pool2d(F.pad(x, (0, beyond[0], 0, beyond[1])), kernel, stride)
    else:
        expected = F.avg_pool2d(x, kernel, stride, padding, not whole, count_include_pad=zeros_count)
    compare_average(AveragePool(kernel, stride, padding, whole=whole, zeros_count=zeros_count), x, expected)


@settings(max_examples=40, deadline=None)
@given(
    size_hw=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    shape=st.sampled_from([(3, 2), (2, 2)]),
    whole=st.booleans(),
)
def test_an_average_s_windows_are_those_of_a_max_pool(
    size_hw: tuple[int, int], shape: tuple[int, int], whole: bool
) -> None:
    x = torch.full((1, 2, *size_hw), 3.0)
    mean, most = AveragePool(*shape, whole=whole), MaxPool(*shape, whole=whole)
    assert mean(x).shape == most(x).shape
    torch.testing.assert_close(mean(x), most(x))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 11), st.integers(1, 11), st.booleans(), st.integers(0, 1))
def test_no_gradient_of_an_average_is_lost_where_no_zeros_count(
    height: int, width: int, whole: bool, padding: int
) -> None:
    layer = AveragePool(3, 2, padding, whole=whole)
    y, saved = layer.forward_saving(torch.randn(1, 1, height, width, dtype=torch.float64))
    pulled = layer.vjp(saved, torch.ones_like(y))
    assert pulled.shape[2:] == (height, width)
    assert float(pulled.sum()) == pytest.approx(y.numel())


def test_the_mean_is_that_of_all_positions() -> None:
    x = torch.randn(2, 3, 5, 7)
    y, saved = Mean().forward_saving(x)
    torch.testing.assert_close(y, F.adaptive_avg_pool2d(x, 1))
    torch.testing.assert_close(Mean().vjp(saved, y), (y / 35).expand_as(x))


def test_every_second_pixel_begins_with_the_first() -> None:
    x = torch.arange(15.0).reshape(1, 1, 3, 5)
    assert Every(2)(x).flatten().tolist() == [0, 2, 4, 10, 12, 14]
