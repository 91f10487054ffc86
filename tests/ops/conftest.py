from collections.abc import Callable

import pytest
from torch import Tensor

from livedream.ops.ascent import Optimiser

Stepper = Callable[[Tensor, Tensor], Tensor]


@pytest.fixture(scope="session")
def stepping() -> Callable[[Optimiser, int], Stepper]:
    """Return what carries an optimiser's state from step to step: direction, place -> step."""

    def of(optimiser: Optimiser, steps: int) -> Stepper:
        kept: list[tuple[Tensor, ...]] = []

        def towards(direction: Tensor, place: Tensor) -> Tensor:
            state = kept[-1] if kept else optimiser.begin(place, steps)
            step, after = optimiser.towards(direction, place, state)
            assert [one.shape for one in after] == [one.shape for one in state], "a loop could not carry it"
            kept.append(after)
            return step

        return towards

    return of
