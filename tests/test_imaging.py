import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.frame import Rgb
from livedream.imaging import fit_square, fitted_size, letterbox, shrink

sides = st.integers(1, 300)
sizes = st.tuples(sides, sides)


def white(size_wh: tuple[int, int]) -> Rgb:
    return np.full((size_wh[1], size_wh[0], 3), 255, np.uint8)


@given(sizes, sizes)
def test_the_size_is_exact_and_everything_beside_the_picture_is_black(
    picture_wh: tuple[int, int], box_wh: tuple[int, int]
) -> None:
    boxed = letterbox(white(picture_wh), box_wh)
    width, height = fitted_size(picture_wh, box_wh)
    left, top = (box_wh[0] - width) // 2, (box_wh[1] - height) // 2
    assert boxed.shape == (box_wh[1], box_wh[0], 3)
    assert boxed.dtype == np.uint8
    assert (boxed[top : top + height, left : left + width] == 255).all()
    assert (boxed == 255).all(axis=2).sum() == width * height
    assert (boxed == 0).all(axis=2).sum() == box_wh[0] * box_wh[1] - width * height


@given(sizes, sizes)
def test_the_aspect_is_kept_within_a_pixel_and_one_side_fits(
    picture_wh: tuple[int, int], box_wh: tuple[int, int]
) -> None:
    fitted = fitted_size(picture_wh, box_wh)
    scale = min(box_wh[0] / picture_wh[0], box_wh[1] / picture_wh[1])
    for side, box, picture in zip(fitted, box_wh, picture_wh, strict=True):
        assert abs(side - picture * scale) <= 1 + 1e-6
        assert 1 <= side <= box
    assert min(box_wh[0] - fitted[0], box_wh[1] - fitted[1]) <= 1


@given(sizes)
def test_a_picture_of_that_size_already_is_returned_itself(size_wh: tuple[int, int]) -> None:
    rgb = white(size_wh)
    assert letterbox(rgb, size_wh) is rgb


@given(sizes, st.integers(0, 1), st.integers(0, 1))
def test_odd_made_even_is_padded_not_resampled(size_wh: tuple[int, int], right: int, below: int) -> None:
    rgb = np.random.default_rng(0).integers(1, 256, (size_wh[1], size_wh[0], 3), np.uint8)
    boxed = letterbox(rgb, (size_wh[0] + right, size_wh[1] + below))
    assert (boxed[: size_wh[1], : size_wh[0]] == rgb).all()


@pytest.mark.parametrize("picture_wh", [(1, 4000), (4000, 1), (1, 1), (2, 3)])
def test_thin_pictures_survive(picture_wh: tuple[int, int]) -> None:
    boxed = letterbox(white(picture_wh), (1280, 720))
    assert boxed.shape == (720, 1280, 3)
    assert boxed.max() == 255


def test_shrinking_averages_instead_of_picking() -> None:
    checkers = np.indices((240, 320)).sum(axis=0) % 2 * 255
    rgb = np.repeat(checkers[..., None], 3, axis=2).astype(np.uint8)
    for size_wh in [(160, 120), (80, 60), (64, 48), (107, 80)]:
        grey = letterbox(rgb, size_wh)
        assert abs(float(grey.mean()) - 127.5) < 2
        assert grey.std() < 45  # picked pixels would give 127


def test_growing_is_smooth() -> None:
    rgb = np.zeros((10, 10, 3), np.uint8)
    rgb[:, 5:] = 200
    grown = letterbox(rgb, (100, 100))
    assert len(np.unique(grown[50, :, 0])) > 5


def test_the_picture_given_is_not_written_to_and_may_be_a_view() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    before = rgb.copy()
    assert letterbox(rgb[::2, ::2], (64, 64)).shape == (64, 64, 3)
    assert (rgb == before).all()


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, st.integers(0, 255))
def test_shrinking_gives_the_size_asked_for_and_keeps_a_plain_colour(
    from_wh: tuple[int, int], to_wh: tuple[int, int], level: int
) -> None:
    small = shrink(np.full((from_wh[1], from_wh[0], 3), level, np.uint8), to_wh)
    assert small.shape == (to_wh[1], to_wh[0], 3)
    assert (small == level).all()


def test_halving_averages_instead_of_picking() -> None:
    checkers = np.indices((240, 320)).sum(axis=0) % 2 * 255
    rgb = np.repeat(checkers[..., None], 3, axis=2).astype(np.uint8)
    for size_wh in [(160, 120), (80, 60), (107, 80)]:
        small = shrink(rgb, size_wh)
        assert abs(float(small.mean()) - 127.5) < 2
        assert small.std() < 30  # picked pixels would give 127


def test_shrinking_does_not_move_the_picture() -> None:
    ramp = np.repeat(np.linspace(0, 255, 640)[None, :, None], 360, axis=0).repeat(3, axis=2).astype(np.uint8)
    for width in (320, 250, 161, 100):
        small = shrink(ramp, (width, 60))[30, :, 0].astype(float)
        expected = 255 * ((np.arange(width) + 0.5) * 640 / width - 0.5) / 639
        assert np.abs(small - expected)[2:-2].max() < 3


def test_a_picture_of_the_size_already_is_given_as_it_is_and_none_is_written_to() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    before = rgb.copy()
    assert shrink(rgb, (120, 90)) is rgb
    shrink(rgb, (40, 30))
    assert (rgb == before).all()


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), dtype=np.uint8)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.25, 4.0))
def test_a_picture_of_any_shape_becomes_a_square(height: int, width: int, scale: float) -> None:
    image = fit_square(picture(height, width), 48, scale)
    assert image.shape == (1, 3, 48, 48)
    assert image.dtype == np.float32
    assert image.min() >= 0.0
    assert image.max() <= 1.0


def test_a_square_of_the_size_stays_as_it_is() -> None:
    rgb = picture(48, 48)
    assert np.allclose(fit_square(rgb, 48)[0].transpose(1, 2, 0) * 255, rgb)


def test_nothing_is_squashed_and_mirrored_copies_fill_the_rest() -> None:
    rgb = picture(24, 48)
    image = fit_square(rgb, 48)[0].transpose(1, 2, 0) * 255
    assert np.allclose(image[12:36], rgb), "the picture lies in the middle"
    assert np.allclose(image[:12], rgb[:12][::-1])
    assert np.allclose(image[36:], rgb[12:][::-1])


def test_of_what_is_too_large_the_middle_is_shown() -> None:
    rgb = np.zeros((96, 96, 3), np.uint8)
    rgb[40:56, 40:56] = 255
    assert fit_square(rgb, 48, 2.0)[0, 0, 16:32, 16:32].min() == 1.0
    assert fit_square(rgb, 48, 2.0).mean() > 3 * fit_square(rgb, 48, 1.0).mean()
