from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.ops.ascent import Ascent, Optimiser
from livedream.ops.gradient import normalise
from livedream.ops.lbfgs import MEMORY, Lbfgs

Stepper = Callable[[Tensor, Tensor], Tensor]
Stepping = Callable[[Optimiser, int], Stepper]

SHAPE = (1, 3, 4, 5)
COUNT = 60


def random(seed: int) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def curvatures(condition: float) -> Tensor:
    """Give the curvature of each number, from 1 to `condition`; the top is at zero."""
    return torch.logspace(0, torch.tensor(condition).log10().item(), COUNT, dtype=torch.float64).view(SHAPE)


def climbed(step: Stepper, start: Tensor, curvature: Tensor, steps: int, size: float) -> Tensor:
    """Climb -sum(c x^2) / 2 by steps of one size."""
    x = start
    for _ in range(steps):
        x = x + size * normalise(step(-curvature * x, x))
    return x


def dense(gradient: Tensor, pairs: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Multiply by the inverse that the BFGS formula makes of pairs (move, fall), written out as a matrix."""
    move, fall = pairs[-1]
    unit = torch.eye(COUNT, dtype=torch.float64)
    inverse = unit * (move @ fall) / (fall @ fall)
    for move, fall in pairs:
        rho = 1 / (move @ fall)
        left = unit - rho * torch.outer(move, fall)
        inverse = left @ inverse @ left.T + rho * torch.outer(move, move)
    return (inverse @ gradient.flatten()).view(SHAPE)


@pytest.mark.parametrize("steps", [1, 2, MEMORY, MEMORY + 3])
def test_it_steps_as_the_bfgs_formula_with_the_same_pairs(stepping: Stepping, steps: int) -> None:
    lbfgs, x, curvature = stepping(Lbfgs(), steps + 1), random(0), curvatures(50)
    places, gradients = [x], [-curvature * x]
    lbfgs(gradients[0], x)
    for number in range(steps):
        x = x + 0.1 * random(number + 1)
        places.append(x)
        gradients.append(-curvature * x)
        given_step = lbfgs(gradients[-1], x)
    pairs = [
        ((places[n + 1] - places[n]).flatten(), (gradients[n] - gradients[n + 1]).flatten())
        for n in range(max(0, steps - MEMORY), steps)
    ]
    expected = normalise(dense(gradients[-1], pairs))
    torch.testing.assert_close(given_step, expected, atol=1e-6, rtol=1e-6)


def test_along_a_narrow_ridge_it_gets_much_further_than_plain_ascent(stepping: Stepping) -> None:
    curvature, start = curvatures(100), 1 + 0.1 * random(3)
    plain, curved = (
        climbed(stepping(way, 20), start, curvature, 20, 0.1).square().mul(curvature).sum()
        for way in (Ascent(), Lbfgs())
    )
    assert curved < plain / 20


def test_a_step_on_which_the_gradient_rose_is_passed_over(stepping: Stepping) -> None:
    """In a bowl that is climbed to its rim there is no top to aim at."""
    lbfgs, x = stepping(Lbfgs(), 7), random(0)
    for _ in range(7):
        gradient = curvatures(50) * x
        step = lbfgs(gradient, x)
        torch.testing.assert_close(step, normalise(gradient))
        x = x + 0.1 * step


@settings(deadline=None)
@given(st.floats(1e-4, 1e4), st.integers(0, 9))
def test_the_scale_of_all_directions_together_does_not_matter(
    stepping: Stepping, scale: float, seed: int
) -> None:
    one, other, x, curvature = stepping(Lbfgs(), 4), stepping(Lbfgs(), 4), random(seed), curvatures(20)
    for _ in range(4):
        step = one(-curvature * x, x)
        torch.testing.assert_close(other(-scale * curvature * x, x), step, atol=1e-4, rtol=1e-3)
        x = x + 0.05 * step


@settings(deadline=None)
@given(st.lists(st.sampled_from([-1.0, 0.0, 1e-6, 1.0, 30.0]), min_size=1, max_size=9))
def test_it_climbs_and_goes_one_far_whatever_it_met(stepping: Stepping, curves: list[float]) -> None:
    lbfgs, x, base = stepping(Lbfgs(), len(curves)), random(0).float(), random(1).float()
    for curve in curves:
        gradient = base - curve * x
        step = lbfgs(gradient, x)
        assert float(step.abs().mean()) == pytest.approx(1, abs=1e-3)
        assert float((step * gradient).sum()) > 0
        x = x + 0.1 * step


def test_no_direction_is_no_step(stepping: Stepping) -> None:
    lbfgs, place = stepping(Lbfgs(), 3), torch.zeros(1, 3, 2, 2)
    assert all((lbfgs(place, place) == 0).all() for _ in range(3))
