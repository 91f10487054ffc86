import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.composite import squared


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.25, 4.0))
def test_a_picture_of_any_shape_becomes_a_square(height: int, width: int, scale: float) -> None:
    image = squared(picture(height, width), 48, scale)
    assert image.shape == (1, 3, 48, 48)
    assert image.dtype == np.float32
    assert image.min() >= 0.0
    assert image.max() <= 1.0


def test_a_square_of_the_size_stays_as_it_is() -> None:
    rgb = picture(48, 48)
    assert np.allclose(squared(rgb, 48)[0].transpose(1, 2, 0) * 255, rgb)


def test_nothing_is_squashed_and_mirrored_copies_fill_the_rest() -> None:
    rgb = picture(24, 48)
    image = squared(rgb, 48)[0].transpose(1, 2, 0) * 255
    assert np.allclose(image[12:36], rgb), "the picture lies in the middle"
    assert np.allclose(image[:12], rgb[:12][::-1])
    assert np.allclose(image[36:], rgb[12:][::-1])


def test_of_what_is_too_large_the_middle_is_shown() -> None:
    rgb = np.zeros((96, 96, 3), np.uint8)
    rgb[40:56, 40:56] = 255
    assert squared(rgb, 48, 2.0)[0, 0, 16:32, 16:32].min() == 1.0
    assert squared(rgb, 48, 2.0).mean() > 3 * squared(rgb, 48, 1.0).mean()
