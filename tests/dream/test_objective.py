import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.dream.objective import L2


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))
def test_the_seed_is_the_gradient_of_half_the_weighted_square(channels: int, height: int, width: int) -> None:
    activations = torch.randn(1, channels, height, width, dtype=torch.float64, requires_grad=True)
    control = torch.randn(1, channels, 1, 1, dtype=torch.float64)
    (expected,) = torch.autograd.grad((control * activations**2 / 2).sum(), activations)
    seed = L2().seed(activations.detach(), control)
    assert seed.shape == activations.shape
    torch.testing.assert_close(seed, expected)


@pytest.mark.parametrize(("weight", "sign"), [(1.0, 1), (0.0, 0), (-2.0, -1)])
def test_a_weight_strengthens_ignores_or_suppresses_a_channel(weight: float, sign: int) -> None:
    control = torch.tensor([weight, 1.0]).reshape(1, 2, 1, 1)
    seed = L2().seed(torch.ones(1, 2, 3, 3), control)
    assert (seed[0, 0].sign() == sign).all()
    assert (seed[0, 1] == 1).all()
