import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from livedream.training.muon import Muon, orthogonal


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 1000), st.floats(1e-4, 1e4))
def test_all_singular_values_come_near_one_and_their_directions_stay(
    rows: int, columns: int, seed: int, size: float
) -> None:
    matrix = size * torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))
    left, values, right = torch.linalg.svd(matrix, full_matrices=False)
    own = (left.mT @ orthogonal(matrix) @ right.mT).double()
    strong = values > 0.03 * values.square().sum().sqrt()
    diagonal = own.diagonal()[strong]
    assert ((diagonal > 0.6) & (diagonal < 1.25)).all()
    assert (own - own.diagonal().diag()).abs().max() < 1e-3


def test_it_agrees_with_torch_s_own_in_bfloat16() -> None:
    random = torch.Generator().manual_seed(0)
    start, gradients = torch.randn(12, 5, generator=random), torch.randn(4, 12, 5, generator=random)
    ends = []
    for make in (lambda p: Muon(p, 0.02), lambda p: torch.optim.Muon(p, lr=0.02, weight_decay=0.0)):
        weight = torch.nn.Parameter(start.clone())
        optimiser = make([weight])
        for gradient in gradients:
            weight.grad = gradient.clone()
            optimiser.step()
        ends.append(weight.detach())
    torch.testing.assert_close(*ends, atol=0.02 * 4 * math.sqrt(12 / 5) * 0.03, rtol=0)
    assert (ends[0] - start).abs().max() > 0.02


def test_what_has_no_gradient_stays_and_a_state_goes_on() -> None:
    still, moved = torch.nn.Parameter(torch.ones(2, 3)), torch.nn.Parameter(torch.ones(2, 3))
    muon = Muon([still, moved], 0.1)
    moved.grad = torch.tensor([[1.0, 0, 0], [0, 2, 0]])
    muon.step()
    assert torch.equal(still, torch.ones(2, 3))
    again = torch.nn.Parameter(moved.detach().clone())
    other = Muon([torch.nn.Parameter(torch.ones(2, 3)), again], 0.1)
    other.load_state_dict(copy.deepcopy(muon.state_dict()))
    again.grad = moved.grad = torch.tensor([[0.0, 1, 0], [3, 0, 1]])
    muon.step()
    other.step()
    assert torch.equal(again, moved)


def test_a_gradient_of_nothing_moves_nothing() -> None:
    assert orthogonal(torch.zeros(3, 4)) == pytest.approx(torch.zeros(3, 4))
