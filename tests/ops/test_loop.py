from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from livedream.ops.loop import Loop


class Growing(nn.Module):
    """Adds what stays to the first tensor and doubles the second; counts its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, carried: tuple[Tensor, ...], *fixed: Tensor) -> tuple[Tensor, ...]:
        self.runs += 1
        first, second = carried
        return first + self.weight * sum(fixed) * second, 2 * second


@pytest.mark.parametrize("times", [1, 2, 5])
def test_each_run_takes_what_the_one_before_gave_and_what_stays(times: int) -> None:
    body = Growing()
    one = torch.ones(2)
    grown = Loop(body, times)((one, one), 3 * one, 4 * one)
    # 1 + 7 * (1 + 2 + 4 + ...)
    torch.testing.assert_close(grown, one + 7 * (2**times - 1))
    assert body.runs == times


def test_what_it_is_given_stays_as_it_is() -> None:
    carried = torch.zeros(3), torch.ones(3)
    Loop(Growing(), 4)(carried, torch.ones(3))
    assert torch.equal(carried[0], torch.zeros(3))
    assert torch.equal(carried[1], torch.ones(3))


def test_engines_find_the_body_and_how_often_it_runs() -> None:
    body = Growing()
    loop = Loop(body, 7)
    assert (loop.body, loop.times) == (body, 7)
    assert list(loop.parameters()) == [body.weight], "it moves to a device with the loop"
