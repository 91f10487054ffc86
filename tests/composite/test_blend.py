import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.composite import compose, scene_mask
from livedream.composite.blend import REACH
from livedream.frame import Rgb

sides = st.integers(1, 40)


def noise(height: int, width: int, seed: int = 0) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def residual(height: int, width: int, seed: int = 0, size: float = 0.3) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).standard_normal((height, width, 3), np.float32)
    return values * np.float32(size)


@settings(max_examples=40, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.floats(0, 3))
def test_a_residual_of_nothing_leaves_every_pixel(
    size_hw: tuple[int, int], residual_hw: tuple[int, int], strength: float
) -> None:
    rgb = noise(*size_hw)
    composed = compose(rgb, np.zeros((*residual_hw, 3), np.float32), strength)
    assert composed is not rgb
    assert composed.dtype == np.uint8
    assert (composed == rgb).all()


@settings(max_examples=20, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides))
def test_at_strength_nothing_every_pixel_is_left(
    size_hw: tuple[int, int], residual_hw: tuple[int, int]
) -> None:
    rgb = noise(*size_hw)
    assert (compose(rgb, residual(*residual_hw, size=5), 0.0) == rgb).all()


@settings(max_examples=40, deadline=None)
@given(sides, sides, st.floats(0, 3), st.integers(0, 99))
def test_at_the_same_size_the_rounded_levels_are_added(
    height: int, width: int, strength: float, seed: int
) -> None:
    rgb, added = noise(height, width, seed), residual(height, width, seed)
    levels = np.clip(added * np.float32(255 * strength), -255, 255)
    expected = np.clip(rgb.astype(int) + np.rint(levels).astype(int), 0, 255)
    error = np.abs(compose(rgb, added, strength).astype(int) - expected)
    if np.abs(levels).max() <= REACH:
        assert error.max() == 0
    else:  # a byte is more than a level, and both roundings may go the same way
        assert error.max() <= 2


@pytest.mark.parametrize(("level", "end"), [(1.0, 255), (-1.0, 0), (3.0, 255), (-3.0, 0)])
def test_it_saturates_instead_of_wrapping_around(level: float, end: int) -> None:
    rgb = noise(30, 40)
    added = np.full((15, 20, 3), level, np.float32)
    assert (compose(rgb, added, 3.0) == end).all()


@pytest.mark.parametrize("peak", [0.1, 0.4, 0.8])
def test_it_enlarges_to_within_a_level_or_two_of_what_floats_give(peak: float) -> None:
    added = np.asarray(cv2.GaussianBlur(residual(45, 80), (0, 0), 1.0), np.float32)
    added *= np.float32(peak) / np.abs(added).max()
    enlarged = cv2.resize(added * 255, (272, 153), interpolation=cv2.INTER_CUBIC)
    composed = compose(np.full((153, 272, 3), 128, np.uint8), added)
    error = composed - np.clip(128 + enlarged, 0, 255)
    # Half a byte before it is enlarged, by weights that may amplify it to 0.95, one after, and half a level.
    assert np.abs(error).max() < 1.45 * max(1.0, peak * 255 / REACH) + 0.5
    assert abs(error.mean()) < 0.05


@settings(max_examples=25, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.integers(-100, 100))
def test_a_plain_residual_of_any_size_shifts_every_level(
    size_hw: tuple[int, int], residual_hw: tuple[int, int], levels: int
) -> None:
    added = np.full((*residual_hw, 3), levels / 255, np.float32)
    expected = np.clip(noise(*size_hw).astype(int) + levels, 0, 255)
    assert (compose(noise(*size_hw), added) == expected).all()


def smooth_residual(height: int = 45, width: int = 80) -> NDArray[np.float32]:
    soft = cv2.GaussianBlur(residual(height, width), (0, 0), 3)
    return np.asarray(soft / np.abs(soft).max() * 0.3, np.float32)


@pytest.mark.parametrize("size_hw", [(90, 160), (97, 131), (180, 100), (360, 640)])
@pytest.mark.parametrize("level", [0, 8, 128, 247, 255])
def test_a_residual_of_another_size_is_enlarged_smoothly_and_in_place(
    size_hw: tuple[int, int], level: int
) -> None:
    rgb, added = np.full((*size_hw, 3), level, np.uint8), smooth_residual()
    enlarged = cv2.resize(added * 255, size_hw[::-1], interpolation=cv2.INTER_LINEAR)
    error = np.abs(compose(rgb, added).astype(float) - np.clip(level + enlarged, 0, 255))
    assert error.max() < 4.0
    assert error.mean() < 0.6


@pytest.mark.parametrize("level", [0, 128, 255])
def test_fine_detail_is_enlarged_without_a_shift_in_brightness(level: int) -> None:
    added = np.asarray(cv2.GaussianBlur(residual(45, 80), (0, 0), 1.0), np.float32)
    composed = compose(np.full((180, 320, 3), level, np.uint8), added).astype(float)
    biases = []
    for interpolation in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        enlarged = cv2.resize(added * 255, (320, 180), interpolation=interpolation)
        biases.append(abs(float((composed - np.clip(level + enlarged, 0, 255)).mean())))
    assert min(biases) < 0.6


def test_the_picture_keeps_its_own_sharpness() -> None:
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[:, ::2] = 100
    composed = compose(rgb, np.full((8, 8, 3), 0.1, np.float32))
    assert set(np.unique(composed)) == {26, 126} or set(np.unique(composed)) == {25, 125}


def test_what_is_given_is_not_written_to() -> None:
    rgb, added = noise(48, 64), residual(12, 16)
    rgb.setflags(write=False)
    added.setflags(write=False)
    before = rgb.copy(), added.copy()
    compose(rgb, added, 2.0)[...] = 7
    compose(rgb, np.zeros((48, 64, 3), np.float32))[...] = 7
    assert (rgb == before[0]).all()
    assert (added == before[1]).all()


def test_up_to_4k() -> None:
    rgb = np.full((2160, 3840, 3), 250, np.uint8)
    composed = compose(rgb, np.full((240, 432, 3), 0.01, np.float32))
    assert composed.shape == rgb.shape
    assert composed.min() == composed.max() == 253


@pytest.mark.parametrize("make", [lambda a: a[::2, 1::2], lambda a: a[:, :, ::-1]])
def test_views_are_taken(make: object) -> None:
    rgb = make(noise(40, 60))  # type: ignore[operator]
    assert (compose(rgb, np.zeros((10, 10, 3), np.float32)) == rgb).all()


def grey(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (36, 64), np.uint8)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.tuples(sides, sides))
def test_a_veil_shows_between_what_the_scene_leaves_and_all(scene: float, size_wh: tuple[int, int]) -> None:
    shown = scene_mask(grey(), size_wh, scene)
    assert shown.shape == size_wh[::-1]
    assert shown.dtype == np.float32
    assert shown.min() >= 1 - scene - 1e-5
    assert shown.max() <= 1 + 1e-5


def test_the_dream_covers_all_where_the_scene_has_no_say_or_nothing_in_it() -> None:
    np.testing.assert_allclose(scene_mask(grey(), (80, 45), 0.0), 1.0, atol=1e-6)
    np.testing.assert_allclose(scene_mask(np.full((36, 64), 90, np.uint8), (80, 45), 1.0), 1.0, atol=1e-6)


def test_a_clear_edge_shows_through_where_it_is() -> None:
    halves = np.zeros((36, 64), np.uint8)
    halves[:, 32:] = 200
    before = halves.copy()
    shown = scene_mask(halves, (64, 36), 1.0)
    assert shown[18, 31:33].max() < 0.3
    assert shown[18, :20].min() > 0.95
    assert shown[18, 44:].min() > 0.95
    assert (halves == before).all()


def test_the_stronger_the_edge_the_more_shows_through() -> None:
    least = []
    for level in (3, 30, 200):
        halves = np.zeros((36, 64), np.uint8)
        halves[:, 32:] = level
        least.append(float(scene_mask(halves, (64, 36), 0.8).min()))
    assert least == sorted(least, reverse=True)
    assert least[0] > least[-1] + 0.3
