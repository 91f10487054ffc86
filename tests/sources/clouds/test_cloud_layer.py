"""A layer of cloud: where each pixel looks at the ceiling, and how the tile goes by."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.sources.clouds.cloud_layer import Layer, Places, ceiling
from livedream.sources.clouds.texture import SIDE, cloud_texture, edged

RATE = np.array((5.0, -9.0))
times = st.floats(0, 1e6)


@pytest.fixture(scope="module")
def tile() -> np.ndarray:
    return edged(cloud_texture(np.random.default_rng(0)))


def layer(tile: np.ndarray, start: tuple[float, float] = (0.0, 0.0), rate: np.ndarray = RATE) -> Layer:
    return Layer(tile, ceiling(32, 18), np.array(start), rate)


def test_the_ceiling_is_the_same_left_and_right_and_recedes_to_the_horizon() -> None:
    places = ceiling(64, 36)
    assert places.u.shape == places.v.shape == (36, 64)
    np.testing.assert_allclose(places.u[:, 1:32], -places.u[:, :32:-1], rtol=1e-5)
    assert (places.u[:, 32] == 0).all()
    assert (np.diff(places.v, axis=0) < 0).all()
    assert (np.diff(places.v, axis=1) == 0).all()
    widths = places.u[:, -1] - places.u[:, 0]
    steps = -np.diff(places.v[:, 0])
    assert (np.diff(widths) > 0).all()
    assert (np.diff(steps) > 0).all()


def test_places_are_scaled_halved_and_combed() -> None:
    places = ceiling(64, 36)
    np.testing.assert_allclose(places.scaled(0.5).u, places.u / 2)
    np.testing.assert_allclose(places.scaled(0.5).v, places.v / 2)
    assert np.array_equal(places.halved().v, places.v[::2, ::2])
    combed = places.combed()
    # What lies far apart sideways is close together there: streaks.
    assert np.ptp(combed.u, axis=1).max() < 0.2 * np.ptp(places.u, axis=1).max()


def test_it_shows_the_texel_that_each_place_names() -> None:
    rows, columns = np.mgrid[: SIDE + 1, : SIDE + 1].astype(np.float32)
    values = 1000 * rows + columns
    u = np.array([[3.0, 10.5, SIDE + 4.0, -1.0]], np.float32)
    v = np.array([[2.0, 7.0, 5.0, -2.0]], np.float32)
    seen = Layer(values, Places(u, v), np.zeros(2), np.zeros(2)).at(99.0)
    np.testing.assert_allclose(seen, [[2003, 7010.5, 5004, 766_767]], rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(times, st.floats(0, SIDE), st.floats(0, SIDE))
def test_to_drift_is_to_begin_elsewhere(tile: np.ndarray, time_s: float, u: float, v: float) -> None:
    drifted = layer(tile, (u, v)).at(time_s).copy()
    there = layer(tile, (u + RATE[0] * time_s, v + RATE[1] * time_s), np.zeros(2)).at(0.0)
    np.testing.assert_allclose(drifted, there, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.floats(0, 64), st.integers(1, 10**6))
def test_after_whole_tiles_it_is_the_same_however_late_it_is(
    tile: np.ndarray, time_s: float, tiles: int
) -> None:
    sideways = layer(tile, rate=np.array((SIDE / 64, 0.0)))
    early = sideways.at(time_s).copy()
    np.testing.assert_allclose(sideways.at(time_s + 64 * tiles), early, atol=2e-3)


def test_a_layer_of_several_planes_keeps_them_apart(tile: np.ndarray) -> None:
    both = layer(np.dstack([tile, -tile])).at(3.0)
    np.testing.assert_allclose(both[..., 0], -both[..., 1], atol=1e-6)
    np.testing.assert_allclose(both[..., 0], layer(tile).at(3.0), atol=1e-2)
