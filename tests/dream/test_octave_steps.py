"""The steps of an octave with a direction that is known: where they go, how far, and what they carry on."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from livedream.dream.inputs import SCALARS
from livedream.dream.octave_steps import OctaveSteps, Step
from livedream.ops.ascent import Adam, Ascent
from livedream.ops.fourier import Spectrum, Waves
from livedream.ops.layout import as_image, as_lines

SIZE_HW = (4, 5)


class Direction(nn.Module):
    """Points along what it is given besides the scalars; keeps the pictures that it was asked at.

    factors: of each of its answers; without any all are 1.
    """

    def __init__(self, *factors: float) -> None:
        super().__init__()
        self.seen: list[Tensor] = []
        self._factors = factors

    def forward(self, x: Tensor, scalars: Tensor, *others: Tensor) -> Tensor:
        self.seen.append(x)
        return others[0] * self._factors[len(self.seen) - 1] if self._factors else others[0]


def scalars(growth: float = 1.0) -> Tensor:
    numbers = torch.zeros(len(SCALARS))
    numbers[SCALARS.index("step_growth")] = growth
    return numbers


def lines(level: float) -> Tensor:
    height, width = SIZE_HW
    return torch.full((1, height, 3 * width), level)


UP = torch.ones(1, 3, *SIZE_HW)


@pytest.mark.parametrize(("growth", "grown"), [(1.0, 0.3), (2.0, 0.7), (0.5, 0.175)])
def test_each_step_is_as_much_longer_than_the_one_before_as_the_settings_say(
    growth: float, grown: float
) -> None:
    steps = OctaveSteps(Direction(), Ascent(), 3)
    found = steps(lines(0.2), scalars(growth), torch.tensor(0.1), UP)
    torch.testing.assert_close(found, lines(grown))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_each_step_is_measured_where_the_ones_before_have_led(count: int) -> None:
    direction = Direction()
    found = OctaveSteps(direction, Ascent(), count)(lines(0.2), scalars(), torch.tensor(0.1), UP)
    places = [float(one.mean()) for one in direction.seen]
    assert places == pytest.approx([0.2 + 0.1 * number for number in range(count)])
    assert found.shape == lines(0).shape, "one step alone grows all over, too"
    torch.testing.assert_close(found, lines(0.1 * count))


def test_places_are_pictures_though_the_base_and_what_grows_reach_beyond() -> None:
    direction = Direction()
    OctaveSteps(direction, Ascent(), 3)(lines(0.9), scalars(), torch.tensor(0.4), UP)
    OctaveSteps(direction, Ascent(), 1)(lines(-2.0), scalars(), torch.tensor(0.4), UP)
    assert [float(one.max()) for one in direction.seen] == pytest.approx([0.9, 1.0, 1.0, 0.0])
    assert all(one.shape == UP.shape for one in direction.seen), "a network takes images, not lines"


def test_what_grows_lies_where_the_direction_points() -> None:
    """Rows, columns and channels of an image come back in the places of its lines."""
    way = torch.rand(1, 3, *SIZE_HW, generator=torch.Generator().manual_seed(1))
    found = OctaveSteps(Direction(), Ascent(), 2)(lines(0.5), scalars(), torch.tensor(0.25), way)
    torch.testing.assert_close(as_image(found), 0.5 * way)


def test_what_an_optimiser_keeps_goes_from_step_to_step() -> None:
    size, optimiser, factors = torch.tensor(0.01), Adam(), (2.0, -1.0, 0.5)
    found = OctaveSteps(Direction(*factors), Adam(), 3)(lines(0.5), scalars(), size, UP)
    state, expected = optimiser.begin(UP, 3), torch.zeros_like(UP)
    for factor in factors:
        way, state = optimiser.towards(factor * UP, UP, state)
        expected = expected + size * way
    torch.testing.assert_close(found, as_lines(expected))


@pytest.mark.parametrize("steps", [1, 3])
def test_what_a_step_gives_has_the_shapes_of_what_it_takes_if_another_follows(steps: int) -> None:
    step = Step(Direction(), Adam(), None)
    carried = step.begin(lines(0.5), torch.tensor(0.1), steps)
    given = step(carried, lines(0.5), scalars(), UP)
    assert len(given) == len(carried)
    if steps > 1:
        assert [one.shape for one in given] == [one.shape for one in carried]
    assert float(carried[0].abs().sum()) == 0, "nothing has grown before the first step"


def test_in_a_spectrum_coarse_forms_grow_before_fine_ones() -> None:
    spectrum = Spectrum(Waves(SIZE_HW), SIZE_HW, evens=False)
    broad, fine = (
        torch.tensor(rows).reshape(1, 1, 4, 1) * UP for rows in ([1.0, 0, -1, 0], [1.0, -1, 1, -1])
    )
    way = broad / (broad * broad).mean() + fine / (fine * fine).mean()  # as much of each
    found, plain = (
        as_image(OctaveSteps(Direction(), Ascent(), 1, where)(lines(0.5), scalars(), torch.tensor(0.1), way))
        for where in (spectrum, None)
    )
    shares = [float((one * fine).mean() / (one * broad).mean()) for one in (found, plain)]
    assert shares == pytest.approx([0.5, 1.0], rel=1e-3), "it has twice as many waves"
