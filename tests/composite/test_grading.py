from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.composite import compose, grade, shift_colour
from livedream.composite.grading import LEVEL, LUMA, MOST, PERCENTILE, shift
from livedream.settings import ColourSettings

shares = st.floats(0, 1, width=32)
colours = st.tuples(shares, shares, shares)
sides = st.integers(1, 30)
sizes = st.tuples(sides, sides)


def field(size_hw: tuple[int, int] = (24, 32), seed: int = 0, size: float = 0.1) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal((*size_hw, 3), np.float32)
    return np.asarray(noise * np.float32(size), np.float32)


def picture(size_hw: tuple[int, int] = (24, 32), seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((*size_hw, 3), np.float32)


def mean(array: NDArray[np.float32]) -> NDArray[Any]:
    return np.asarray(array.reshape(-1, 3).mean(axis=0, dtype=float))


def test_as_it_comes_nothing_is_done_to_a_dream() -> None:
    residual = field()
    assert shift_colour(residual, picture(), ColourSettings()) is residual
    assert grade(residual, ColourSettings()) is residual


@given(st.floats(0.01, 1.99), st.integers(1, 60), colours)
@settings(max_examples=60, deadline=None)
def test_a_balance_leaves_of_an_offset_what_its_law_says(
    balance: float, frames: int, offset: tuple[float, float, float]
) -> None:
    """Past what can be set too: it converges up to 2."""
    colour = ColourSettings.model_construct(balance=balance)
    dream = np.array(offset)
    for _ in range(frames):
        dream = dream + shift(dream, None, colour)
    np.testing.assert_allclose(dream, (1 - balance) ** frames * np.array(offset), atol=1e-9)


@given(sizes, st.floats(0.01, 1), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_a_balance_shifts_every_pixel_alike_and_leaves_the_pattern(
    size_hw: tuple[int, int], balance: float, seed: int
) -> None:
    residual = field(size_hw, seed) + np.float32(0.2)
    after = shift_colour(residual, picture(size_hw), ColourSettings(balance=balance))
    assert after.shape == residual.shape
    assert after.dtype == np.float32
    np.testing.assert_allclose(mean(after), (1 - balance) * mean(residual), atol=1e-5)
    np.testing.assert_allclose(after - mean(after), residual - mean(residual), atol=1e-5)


@given(sizes, colours, shares, shares)
@settings(max_examples=40, deadline=None)
def test_what_is_missing_of_a_target_shrinks_by_its_weight(
    size_hw: tuple[int, int], target: tuple[float, float, float], weight: float, balance: float
) -> None:
    residual, image = field(size_hw), picture(size_hw)
    colour = ColourSettings(target=target, target_weight=weight, balance=balance)
    after = shift_colour(residual, image, colour)
    balanced = mean(image) + (1 - balance) * mean(residual)
    missing = np.array(target) - mean(image + after)
    np.testing.assert_allclose(missing, (1 - weight) * (np.array(target) - balanced), atol=1e-5)


@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0])
def test_a_target_is_reached_in_the_mean(weight: float) -> None:
    residual, image = field(), picture()
    colour = ColourSettings(target=(0.9, 0.4, 0.1), target_weight=weight)
    for _ in range(120):
        residual = shift_colour(residual, image, colour)
    np.testing.assert_allclose(mean(image + residual), colour.target, atol=1e-4)


@pytest.mark.parametrize("persistence", [0.5, 0.9, 0.975])
def test_a_dream_that_fades_comes_to_rest_on_the_way_to_its_target(persistence: float) -> None:
    missing, dream = np.array([0.3, -0.2, 0.0]), np.zeros(3)
    colour = ColourSettings(target=(1, 0, 0), target_weight=0.05)
    for _ in range(400):
        dream = persistence * dream
        dream = dream + shift(dream, missing, colour)
    np.testing.assert_allclose(dream, missing * 0.05 / (1 - persistence * 0.95), atol=1e-6)


@given(sizes, sizes, st.integers(0, 99), st.floats(0, 1.5))
@settings(max_examples=40, deadline=None)
def test_a_picture_that_keeps_its_colours_keeps_them_to_the_level(
    size_hw: tuple[int, int], residual_hw: tuple[int, int], seed: int, strength: float
) -> None:
    """The differences between the channels, where none of them is at an end of the range."""
    rgb = np.random.default_rng(seed).integers(110, 146, (*size_hw, 3), np.uint8)
    shown = grade(field(residual_hw, seed, size=0.04), ColourSettings(keep=1.0))
    composed = compose(rgb, np.asarray(np.clip(shown, -0.15, 0.15), np.float32), strength)
    assert 0 < composed.min() <= composed.max() < 255
    differences = np.diff(composed.astype(int), axis=2) - np.diff(rgb.astype(int), axis=2)
    # Of three equal numbers that lie between two levels one may be rounded to the other side.
    assert np.abs(differences).max() <= 1


@given(st.floats(0, 1), st.floats(0, 2))
@settings(max_examples=40, deadline=None)
def test_colour_fades_and_grows_and_light_stays(keep: float, saturation: float) -> None:
    residual = field()
    shown = grade(residual, ColourSettings(keep=keep, saturation=saturation))
    light = (residual @ np.array(LUMA))[..., None]
    np.testing.assert_allclose((shown @ np.array(LUMA))[..., None], light, atol=1e-5)
    np.testing.assert_allclose(shown - light, saturation * (1 - keep) * (residual - light), atol=1e-5)


def amplitude(array: NDArray[np.float32]) -> float:
    return float(np.percentile(np.abs(array), PERCENTILE))


@pytest.mark.parametrize("size", [0.08, 0.12, 0.3])
def test_at_full_contrast_dreams_of_any_strength_are_shown_alike(size: float) -> None:
    shown = grade(field((96, 160), size=size), ColourSettings(contrast=1.0))
    assert amplitude(shown) == pytest.approx(LEVEL, rel=0.05)


@pytest.mark.parametrize("contrast", [0.25, 0.5, 0.75])
def test_contrast_goes_from_nothing_to_all_in_equal_ratios(contrast: float) -> None:
    residual = field((96, 160), size=0.1)
    part = grade(residual, ColourSettings(contrast=contrast)) / residual
    full = grade(residual, ColourSettings(contrast=1.0)) / residual
    np.testing.assert_allclose(part, full**contrast, rtol=1e-4)


@given(sizes, st.floats(0, 1e-3), shares)
@settings(max_examples=30, deadline=None)
def test_a_dream_of_next_to_nothing_is_not_blown_up(
    size_hw: tuple[int, int], size: float, contrast: float
) -> None:
    residual = field(size_hw, size=size)
    shown = grade(residual, ColourSettings(contrast=contrast))
    assert np.isfinite(shown).all()
    assert (np.abs(shown) <= np.abs(residual) * MOST * 1.001).all()


def test_the_strength_is_evened_out_of_what_is_shown_not_of_what_was_dreamed() -> None:
    residual = field((96, 160))
    shown = grade(residual, ColourSettings(contrast=1.0, keep=1.0))
    assert amplitude(shown) == pytest.approx(LEVEL, rel=0.05)
    assert np.ptp(shown, axis=2).max() < 1e-5


def test_what_is_given_is_not_written_to() -> None:
    residual, image = field(), picture()
    before = residual.copy(), image.copy()
    colour = ColourSettings(keep=0.5, contrast=0.5, balance=0.5, target=(1, 0, 0))
    shift_colour(residual, image, colour)[...] = 7
    grade(residual, colour)[...] = 7
    assert (residual == before[0]).all()
    assert (image == before[1]).all()
