from collections.abc import Callable

import torch
from torch import Tensor

from livedream.ops.ascent import Adam, Ascent, Optimiser

Stepping = Callable[[Optimiser, int], Callable[[Tensor, Tensor], Tensor]]


def test_plain_ascent_goes_where_the_direction_points() -> None:
    direction = torch.randn(1, 3, 4, 5)
    assert Ascent().towards(direction, torch.zeros(1, 3, 4, 5), ()) == (direction, ())


def test_adam_steps_as_torch_s_does(stepping: Stepping) -> None:
    random = torch.Generator().manual_seed(0)
    directions = [torch.randn(1, 3, 4, 5, generator=random, dtype=torch.float64) for _ in range(7)]
    x = torch.zeros(1, 3, 4, 5, dtype=torch.float64)
    theirs = torch.nn.Parameter(x.clone())
    adam, torch_s = stepping(Adam(), 7), torch.optim.Adam([theirs], lr=0.1, maximize=True)
    for direction in directions:
        x = x + 0.1 * adam(direction, x)
        theirs.grad = direction.clone()
        torch_s.step()
    torch.testing.assert_close(x, theirs.detach(), atol=1e-6, rtol=0)


def test_no_direction_is_no_step(stepping: Stepping) -> None:
    nothing = torch.zeros(1, 3, 2, 2)
    assert (stepping(Adam(), 1)(nothing, nothing) == 0).all()
