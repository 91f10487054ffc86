"""Local response normalisation against torch's own."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.dream.local_response import LocalResponse


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 9), st.sampled_from([0.1, 1.0, 30.0, 400.0]), st.integers(0, 1000))
def test_it_is_torch_s(channels: int, size: float, seed: int) -> None:
    torch.manual_seed(seed)
    x = (torch.randn(2, channels, 3, 4, dtype=torch.float64) * size).requires_grad_()
    expected = F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)
    upstream = torch.randn_like(expected)
    (expected_grad,) = torch.autograd.grad(expected, x, upstream)
    y, saved = LocalResponse().forward_saving(x.detach())
    torch.testing.assert_close(y, expected.detach())
    torch.testing.assert_close(LocalResponse().vjp(saved, upstream), expected_grad)


@pytest.mark.parametrize("size", [1.0, 100.0, 1000.0])
def test_half_precision_holds_what_networks_of_0_to_255_have(size: float) -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 16, 4, 4, dtype=torch.float64) * size
    upstream = torch.randn_like(x)
    exact = [LocalResponse().forward_saving(x), LocalResponse().forward_saving(x.half())]
    for (y, saved), grad in zip(exact, (upstream, upstream.half()), strict=True):
        assert y.isfinite().all()
        assert LocalResponse().vjp(saved, grad).isfinite().all()
    torch.testing.assert_close(exact[1][0].double(), exact[0][0], rtol=1e-2, atol=1e-2 * size)
