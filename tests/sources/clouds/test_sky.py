"""The sky: what it looks like, and how it moves."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.sources.clouds.sky import WORKING_PX, Sky

Difference = Callable[[np.ndarray, np.ndarray], float]
FPS = 30


@pytest.fixture(scope="module")
def sky() -> Sky:
    return Sky((160, 90), seed=3)


def test_it_drifts_smoothly_for_hours(sky: Sky, difference: Difference) -> None:
    for start in (0, 10_000, 5_000_000):
        pictures = [sky.at((start + step) / FPS) for step in range(8)]
        steps = [difference(a, b) for a, b in pairwise(pictures)]
        assert min(steps) > 0.02
        assert max(steps) < 1.5
        assert max(steps) < 1.3 * min(steps)


def test_no_sky_comes_twice_within_minutes(sky: Sky, difference: Difference) -> None:
    first = sky.at(0)
    assert min(difference(first, sky.at(second)) for second in range(20, 600, 10)) > 4


def test_there_is_structure_of_middle_size(sky: Sky) -> None:
    grey = sky.at(0).mean(-1)
    rows = grey - grey.mean(1, keepdims=True)
    assert rows.std() > 8


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 900), st.integers(1, 700), st.integers(0, 10**6))
def test_any_size_and_time(width: int, height: int, index: int) -> None:
    picture = Sky((width, height), seed=1).at(index / 60)
    assert picture.shape == (height, width, 3)


def test_it_is_blue_above_and_warm_below(sky: Sky) -> None:
    red, _, blue = np.moveaxis(np.mean([sky.at(60.0 * minute) for minute in range(8)], axis=0), -1, 0)
    assert blue[:9].mean() > red[:9].mean() + 20
    assert red[-9:].mean() > blue[-9:].mean() + 40


def test_a_picture_is_kept_when_the_next_one_is_painted(sky: Sky) -> None:
    first = sky.at(1.0)
    kept = first.copy()
    sky.at(200.0)
    assert np.array_equal(first, kept)
    assert np.array_equal(sky.at(1.0), kept)


def test_a_large_sky_is_the_small_one_enlarged(difference: Difference) -> None:
    large, small = Sky((768, 432), seed=2), Sky((384, 216), seed=2)
    assert WORKING_PX == 384 * 216
    assert difference(large.at(5.0)[::2, ::2], small.at(5.0)) < 2


def test_of_a_seed_there_is_one_sky(sky: Sky) -> None:
    assert np.array_equal(Sky((160, 90), seed=3).at(7.0), sky.at(7.0))
