from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.frame import Frame, Rgb, to_image, to_rgb

sides = st.integers(1, 20)


def noise(height: int, width: int, seed: int = 0) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@settings(max_examples=40)
@given(sides, sides, st.integers(0, 99))
def test_there_and_back_nothing_is_lost(height: int, width: int, seed: int) -> None:
    rgb = noise(height, width, seed)
    before = rgb.copy()
    image = to_image(rgb)
    assert image.shape == (1, 3, height, width)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    back = to_rgb(image)
    assert back.dtype == np.uint8
    assert back.flags.c_contiguous
    assert (back == before).all()
    assert (rgb == before).all()


def test_every_level_survives_and_both_ends_are_exact() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    image = to_image(levels)
    assert image.ravel()[0] == 0.0
    assert image.max() == pytest.approx(1.0, abs=1e-7)
    assert (to_rgb(image) == levels).all()


def test_red_comes_first_and_rows_come_before_columns() -> None:
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[1, 5] = 255, 128, 0
    assert to_image(rgb)[0, :, 1, 5].tolist() == pytest.approx([1.0, 128 / 255, 0.0])
    assert to_rgb(to_image(rgb))[1, 5].tolist() == [255, 128, 0]


def test_an_image_is_a_view_of_channels_last_memory() -> None:
    image = to_image(noise(5, 7))
    assert image[0].transpose(1, 2, 0).flags.c_contiguous


def test_what_is_outside_of_the_range_is_clamped_and_halves_are_rounded() -> None:
    values = np.array([-3.0, -0.001, 0.4 / 255, 0.6 / 255, 1.001, 9.0], np.float32)
    image = np.broadcast_to(values, (1, 3, 1, 6))
    assert to_rgb(image)[0, :, 1].tolist() == [0, 0, 0, 1, 255, 255]


def test_a_frame_knows_its_size_and_cannot_be_changed() -> None:
    frame = Frame(noise(48, 64), captured_s=1.5, index=3)
    assert frame.size_wh == (64, 48)
    assert frame.media_s is None
    with pytest.raises(FrozenInstanceError):
        frame.index = 4  # type: ignore[misc]


def test_frames_can_be_compared() -> None:
    rgb = noise(4, 4)
    first, second = Frame(rgb, 0.0, 0), Frame(noise(4, 4, 1), 0.0, 0)
    assert first == first  # noqa: PLR0124
    assert first != second
    assert second in [first, second]
