import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.motion.sampling import grid_of, mapped, squared_length, within


@pytest.mark.parametrize("size_hw", [(3, 5), (90, 160)])
def test_every_pixel_lies_within_its_own_grid_and_half_a_pixel_around(size_hw: tuple[int, int]) -> None:
    grid = grid_of(*size_hw)
    assert within(grid).dtype == np.float32
    for shift, inside in ((0.0, 1.0), (0.45, 1.0), (-0.45, 1.0)):
        assert (within(grid + np.float32(shift)) == inside).all()
    assert (within(grid + np.float32(0.55))[-1] == 0).all()
    assert (within(grid + np.float32(0.55))[:-1, :-1] == 1).all()
    assert (within(grid - np.float32(0.55))[:, 0] == 0).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-3, 3), min_size=6, max_size=6))
def test_a_map_takes_each_pixel_where_its_numbers_say(numbers: list[float]) -> None:
    affine = np.array(numbers).reshape(2, 3)
    places = grid_of(4, 6).reshape(-1, 2)
    expected = places @ affine[:, :2].T + affine[:, 2]
    np.testing.assert_allclose(mapped(affine, 4, 6).reshape(-1, 2), expected, atol=1e-4)


def test_a_length_is_that_of_both_directions() -> None:
    flow = np.array([[[3, 4], [-6, 8]]], np.float32)
    assert squared_length(flow).tolist() == [[25, 100]]
