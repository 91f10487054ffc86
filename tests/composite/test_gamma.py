import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.composite.gamma import brightened

LEVELS = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(16, 16, 3)
GAMMAS = st.floats(0.2, 5.0)


@given(GAMMAS)
def test_black_and_white_stay_and_what_was_brighter_stays_so(gamma: float) -> None:
    after = brightened(LEVELS, gamma).reshape(256, 3)[:, 0].astype(int)
    assert (after[0], after[255]) == (0, 255)
    assert (np.diff(after) >= 0).all()


@pytest.mark.parametrize(("gamma", "level"), [(2.0, 128), (0.5, 16), (1.25, 84)])
def test_a_level_is_raised_to_one_over_gamma(gamma: float, level: int) -> None:
    # 255 * (64 / 255) ** (1 / gamma), by hand.
    assert brightened(np.full((2, 2, 3), 64, np.uint8), gamma)[0, 0, 0] == level


def test_at_one_the_picture_is_the_same_array() -> None:
    assert brightened(LEVELS, 1.0) is LEVELS


def test_the_picture_that_was_given_is_left_alone() -> None:
    picture = LEVELS.copy()
    brightened(picture, 2.0)
    assert np.array_equal(picture, LEVELS)
