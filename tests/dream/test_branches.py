import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.dream.branches import Branches
from livedream.dream.layers import Chain, Convolution, Layer, Relu


def convolution(out: int, size: int) -> Convolution:
    weight = torch.randn(out, 4, size, size, dtype=torch.float64)
    return Convolution(weight, torch.randn(out, dtype=torch.float64))


def ways(seed: int) -> list[Layer]:
    torch.manual_seed(seed)
    return [convolution(3, 3), Relu(), Chain([convolution(2, 1), Relu()])]


def pushed(layer: Layer, seed: int) -> tuple[Tensor, Tensor, object]:
    """Give a picture, what a layer makes of it and what it keeps."""
    torch.manual_seed(seed + 1)
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    return (x, *layer.push(x))


def test_branches_put_their_channels_one_after_the_other() -> None:
    first, second = convolution(3, 3), convolution(5, 1)
    x = torch.randn(2, 4, 5, 6, dtype=torch.float64)
    y = Branches([first, second])(x)
    assert torch.equal(y, torch.cat([first(x), second(x)], 1))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000))
def test_the_way_back_is_that_of_autograd_and_the_sum_of_the_ways(seed: int) -> None:
    layers = ways(seed)
    x, y, saved = pushed(Branches(layers), seed)
    upstream = torch.randn_like(y)
    pulled = Branches(layers).pull(saved, upstream)
    x.requires_grad_()
    (expected,) = torch.autograd.grad(torch.cat([layer(x) for layer in layers], 1), x, upstream)
    torch.testing.assert_close(pulled, expected, atol=1e-11, rtol=1e-9)
    parts = torch.split(upstream, [3, 4, 2], 1)
    alone = [layer.pull(layer.push(x)[1], part) for layer, part in zip(layers, parts, strict=True)]
    torch.testing.assert_close(pulled, sum(alone))


def test_branches_may_have_branches_in_them() -> None:
    layers = ways(3)
    nested = Branches([Branches(layers[:2]), layers[2]])
    (x, y, saved), (_, flat, flat_saved) = pushed(nested, 5), pushed(Branches(layers), 5)
    assert torch.equal(y, flat)
    upstream = torch.randn_like(y)
    torch.testing.assert_close(nested.pull(saved, upstream), Branches(layers).pull(flat_saved, upstream))
    assert nested.pull(saved, upstream).shape == x.shape
