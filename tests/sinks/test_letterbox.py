import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.frame import Rgb
from livedream.sinks.letterbox import fitted_size, letterbox

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
