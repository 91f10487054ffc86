"""Averages against torch's own."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.averaging import AveragePool, Every, Mean
from livedream.dream.pooling import MaxPool

sides = st.integers(5, 17)


def compare(layer: AveragePool, x: Tensor, expected: Tensor) -> None:
    upstream = torch.randn_like(expected)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    y, saved = layer.push(x.detach())
    torch.testing.assert_close(y, expected.detach())
    torch.testing.assert_close(layer.pull(saved, upstream), expected_grad)


@pytest.mark.parametrize(
    "windows",
    [(3, 1, 1, True), (3, 2, 0, False), (3, 2, 0, True), (2, 2, 0, False), (2, 2, 0, True), (3, 2, 1, True),
     (5, 3, 0, False), (5, 3, 0, True)],
)  # fmt: skip
@pytest.mark.parametrize("zeros_count", [False, True])
@settings(max_examples=15, deadline=None)
@given(height=sides, width=sides, seed=st.integers(0, 1000))
def test_it_is_torch_s(
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
    compare(AveragePool(kernel, stride, padding, whole=whole, zeros_count=zeros_count), x, expected)


@settings(max_examples=40, deadline=None)
@given(
    size_hw=st.tuples(st.integers(1, 12), st.integers(1, 12)), shape=st.sampled_from([(3, 2), (2, 2)]),
    whole=st.booleans(),
)  # fmt: skip
def test_its_windows_are_those_of_a_max_pool(
    size_hw: tuple[int, int], shape: tuple[int, int], whole: bool
) -> None:
    x = torch.full((1, 2, *size_hw), 3.0)
    mean, most = AveragePool(*shape, whole=whole), MaxPool(*shape, whole=whole)
    assert mean(x).shape == most(x).shape
    torch.testing.assert_close(mean(x), most(x))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 11), st.integers(1, 11), st.booleans(), st.integers(0, 1))
def test_no_gradient_is_lost_where_no_zeros_count(height: int, width: int, whole: bool, padding: int) -> None:
    layer = AveragePool(3, 2, padding, whole=whole)
    y, saved = layer.push(torch.randn(1, 1, height, width, dtype=torch.float64))
    pulled = layer.pull(saved, torch.ones_like(y))
    assert pulled.shape[2:] == (height, width)
    assert float(pulled.sum()) == pytest.approx(y.numel())


def test_the_mean_is_that_of_all_positions() -> None:
    x = torch.randn(2, 3, 5, 7)
    y, saved = Mean().push(x)
    torch.testing.assert_close(y, F.adaptive_avg_pool2d(x, 1))
    torch.testing.assert_close(Mean().pull(saved, y), (y / 35).expand_as(x))


def test_every_second_pixel_begins_with_the_first() -> None:
    x = torch.arange(15.0).reshape(1, 1, 3, 5)
    assert Every(2)(x).flatten().tolist() == [0, 2, 4, 10, 12, 14]
