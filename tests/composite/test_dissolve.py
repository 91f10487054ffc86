from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.composite import dissolve, patches

SIZES = st.tuples(st.integers(1, 90), st.integers(1, 90))


@given(size_wh=SIZES, seed=st.integers(0, 9))
def test_it_begins_with_the_one_and_ends_with_the_other(size_wh: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    before, after = (rng.integers(0, 256, (*size_wh[::-1], 3), np.uint8) for _ in range(2))
    order = patches(size_wh, seed)
    assert order.shape == before.shape[:2]
    np.testing.assert_array_equal(dissolve(before, after, order, 0.0), before)
    np.testing.assert_array_equal(dissolve(before, after, order, 1.0), after)


def test_every_time_as_much_of_the_picture_turns() -> None:
    before, after = np.zeros((90, 160, 3), np.uint8), np.full((90, 160, 3), 200, np.uint8)
    order = patches((160, 90), 3)
    levels = [float(dissolve(before, after, order, share).mean()) for share in np.linspace(0, 1, 21)]
    steps = [late - early for early, late in pairwise(levels)]
    assert levels[10] == pytest.approx(100, abs=4)
    assert min(steps) >= 0
    assert max(steps) < 2 * 200 / 20


def test_half_way_little_of_the_picture_is_both() -> None:
    before, after = np.zeros((90, 160, 3), np.uint8), np.full((90, 160, 3), 200, np.uint8)
    half = dissolve(before, after, patches((160, 90), 3), 0.5)
    assert ((half > 20) & (half < 180)).mean() < 0.4


def test_neighbours_turn_together() -> None:
    order = patches((160, 90), 3)
    assert np.abs(np.diff(order, axis=1)).mean() < 0.1 * np.abs(order - order.mean()).mean()


def test_the_same_seed_draws_the_same_patches() -> None:
    np.testing.assert_array_equal(patches((40, 30), 1), patches((40, 30), 1))
    assert (patches((40, 30), 1) != patches((40, 30), 2)).any()
