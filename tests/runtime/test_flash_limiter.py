"""What flashes comes out below the thresholds of WCAG 2.2, and all else as it went in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.frame import Rgb
from livedream.runtime.flash_limiter import FlashLimiter

FPS = 30
SIZE_HW = (180, 320)


def flat(colour: tuple[int, int, int]) -> Rgb:
    return np.full((*SIZE_HW, 3), colour, np.uint8)


WHITE, BLACK = flat((255, 255, 255)), flat((0, 0, 0))


def linear(rgb: Rgb) -> Any:
    share = rgb[4::40, 4::40].astype(np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def luminance(rgb: Rgb) -> tuple[Any, Any]:
    value = linear(rgb) @ [0.2126, 0.7152, 0.0722]
    return value, value < 0.8


def redness(rgb: Rgb) -> tuple[Any, Any]:
    light = linear(rgb)
    is_saturated = (light[..., 0] >= 0.8 * light.sum(axis=-1)) & (light[..., 0] > 0)
    return np.maximum(light @ [1.0, -1.0, -1.0], 0), is_saturated


def most_flashes(
    frames: list[Rgb], measure: Callable[[Rgb], tuple[Any, Any]] = luminance, change: float = 0.1
) -> int:
    """Count pixel by pixel, as WCAG words it, the most flashes in any second."""
    seen = [measure(frame) for frame in frames]
    values = np.array([value for value, _ in seen]).reshape(len(frames), -1).T
    matters = np.array([counts for _, counts in seen]).reshape(len(frames), -1).T
    return max(_flashes(*pixel, change) for pixel in zip(values, matters, strict=True))


def _flashes(values: Any, matters: Any, change: float) -> int:
    turns, sign, extreme, mattered = [], 0, values[0], matters[0]
    for place, (value, counts) in enumerate(zip(values, matters, strict=True)):
        turned = abs(value - extreme) >= change and sign * (value - extreme) <= 0 and (counts or mattered)
        if turned:
            turns.append(place)
            sign = 1 if value > extreme else -1
        if turned or (sign and sign * (value - extreme) >= 0):
            extreme, mattered = value, counts
    return max((sum(1 for turn in turns if start <= turn < start + FPS) for start in turns), default=0) // 2


def through(frames: list[Rgb], limiter: FlashLimiter | None = None) -> list[Rgb]:
    limiter = limiter or FlashLimiter()
    return [limiter.limited(frame, place / FPS) for place, frame in enumerate(frames)]


def strobe(hz: float, bright: Rgb = WHITE, dark: Rgb = BLACK, seconds: float = 3.0) -> list[Rgb]:
    return [(bright, dark)[int(place / FPS * hz * 2) % 2] for place in range(round(seconds * FPS))]


def moving(seconds: float = 2.0) -> list[Rgb]:
    """A texture that drifts, with a cut each half second."""
    noise = np.random.default_rng(0).random((400, 700, 3), np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 9)
    scene = ((soft - soft.min()) / (soft.max() - soft.min()) * 255).astype(np.uint8)
    frames = []
    for place in range(round(seconds * FPS)):
        left, top = 3 * (place % 100), 90 * (place // 15 % 2)
        frames.append(scene[top : top + SIZE_HW[0], left : left + SIZE_HW[1]].copy())
    return frames


@pytest.mark.parametrize("hz", [5, 7.5, 10, 15])
def test_a_strobe_comes_out_with_no_more_than_three_flashes_a_second(hz: float) -> None:
    frames = strobe(hz)
    assert most_flashes(frames) > 3
    assert most_flashes(through(frames)) <= 3


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.floats(4, 15),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.tuples(*[st.integers(0, 255)] * 3),
    st.integers(0, 2**32 - 1),
)
def test_no_strobe_of_any_colours_comes_out(
    hz: float, one: tuple[int, int, int], other: tuple[int, int, int], seed: int
) -> None:
    grain = np.random.default_rng(seed).integers(0, 3, (*SIZE_HW, 3), np.uint8)
    out = through(strobe(hz, cv2.add(flat(one), grain), flat(other), seconds=2.5))
    assert most_flashes(out) <= 3
    assert most_flashes(out, redness, 20 / 320) <= 3


def test_saturated_red_is_limited_where_its_luminance_alone_is_not() -> None:
    red, grey = flat((150, 0, 0)), flat((78, 78, 78))
    frames = strobe(8, red, grey)
    assert most_flashes(frames) == 0
    assert most_flashes(frames, redness, 20 / 320) > 3
    assert most_flashes(through(frames), redness, 20 / 320) <= 3


def test_ordinary_footage_comes_out_bit_for_bit() -> None:
    for frame, out in zip(moving(), through(moving()), strict=True):
        assert np.array_equal(frame, out)
    frames = moving()
    assert all(out is frame for frame, out in zip(frames, through(frames), strict=True))


def test_what_is_allowed_comes_out_bit_for_bit() -> None:
    slow, bright, small = strobe(2.5), strobe(10, WHITE, flat((236, 236, 236))), strobe(10, *specks())
    for frames in (slow, bright, small):
        assert all(out is frame for frame, out in zip(frames, through(frames), strict=True))


def specks() -> tuple[Rgb, Rgb]:
    """A light that flashes and takes less than a quarter of ten degrees, and none."""
    lit = BLACK.copy()
    lit[10:30, 10:40] = 255
    return lit, BLACK


def test_a_third_of_the_picture_that_flashes_is_enough() -> None:
    half = BLACK.copy()
    half[:60, :107] = 255
    out = through(strobe(10, half, BLACK))
    corner = [frame[:60, :107] for frame in out]
    assert most_flashes(corner) <= 3


def test_after_a_strobe_the_picture_comes_back_whole() -> None:
    limiter, still = FlashLimiter(), moving(0.1)[0]
    through(strobe(10), limiter)
    out = [limiter.limited(still, 3 + place / FPS) for place in range(2 * FPS)]
    assert out[-1] is still
    assert not limiter.dampening(5.2)


def test_it_says_that_it_dampens_and_is_the_same_every_time() -> None:
    limiter, frames = FlashLimiter(), strobe(10)
    assert not limiter.dampening(0.0)
    first, again = through(frames, limiter), through(frames)
    assert limiter.dampening(3.0)
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))


def test_what_has_to_be_shown_at_once_is_and_counts() -> None:
    limiter = FlashLimiter()
    through(strobe(10, seconds=1.0), limiter)
    assert limiter.limited(BLACK, 1.01, at_once=True) is BLACK
    held = limiter.limited(WHITE, 1.05)
    assert luminance(held)[0].mean() < 0.1


def test_between_frames_far_apart_a_slate_has_been_seen() -> None:
    frames = [WHITE if place % 2 else BLACK for place in range(12)]
    near, far = FlashLimiter(), FlashLimiter()
    assert all(near.limited(frame, 0.54 * place) is frame for place, frame in enumerate(frames))
    assert all(far.limited(frame, 0.56 * place) is frame for place, frame in enumerate(frames))
    counts = [int((one._turns._times[:, 0, 0, 0] > 5.2).sum()) for one in (near, far)]  # type: ignore[union-attr]
    assert counts[1] > counts[0]


@pytest.mark.parametrize("size_hw", [(6, 8), (1, 1), (719, 1279), (1080, 1920), (640, 360)])
def test_pictures_of_any_size_and_of_changing_size_are_taken(size_hw: tuple[int, int]) -> None:
    limiter = FlashLimiter()
    for place in range(20):
        frame = np.full((*size_hw, 3), 255 * (place % 2), np.uint8)
        assert limiter.limited(frame, place / FPS).shape == frame.shape
    assert limiter.limited(WHITE, 1.0) is WHITE
