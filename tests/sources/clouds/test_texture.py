"""The noise that clouds are cut from must tile, or seams drift through the sky."""

from __future__ import annotations

import numpy as np
import pytest

from livedream.sources.clouds.texture import SIDE, cloud_texture, edged, towards_sun


@pytest.fixture(scope="module")
def texture() -> np.ndarray:
    return cloud_texture(np.random.default_rng(0))


def test_it_is_normalised_and_square(texture: np.ndarray) -> None:
    assert texture.shape == (SIDE, SIDE)
    assert texture.dtype == np.float32
    assert abs(texture.mean()) < 1e-3
    assert texture.std() == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("axis", [0, 1])
def test_it_tiles(texture: np.ndarray, axis: int) -> None:
    steps = np.abs(np.diff(texture, axis=axis)).mean()
    seam = np.abs(np.take(texture, 0, axis) - np.take(texture, -1, axis)).mean()
    assert seam < 2 * steps


def test_the_stack_holds_value_neighbours_and_blur(texture: np.ndarray) -> None:
    stack = towards_sun(texture, near=(-5, 2), far=(-18, 6))
    assert stack.shape == (SIDE + 1, SIDE + 1, 4)
    value, near, far, soft = (stack[:-1, :-1, plane] for plane in range(4))
    assert np.array_equal(value, texture)
    assert near[0, 2] == texture[5, 0]
    assert np.array_equal(far, np.roll(soft, (-18, 6), (0, 1)))
    assert soft.std() < texture.std()


def test_edged_repeats_the_first_row_and_column(texture: np.ndarray) -> None:
    wide = edged(texture)
    assert np.array_equal(wide[-1, :-1], texture[0])
    assert np.array_equal(wide[:-1, -1], texture[:, 0])
