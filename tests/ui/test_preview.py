import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QColor, QImage, QPainter

from livedream.frame import Rgb, Shown
from livedream.ui.preview import Preview, fitted
from livedream.ui.viewport import Viewport

sides = st.integers(1, 4000)


def drawn(preview: Preview, viewport: Viewport) -> QImage:
    image = QImage(
        round(viewport.width * viewport.ratio),
        round(viewport.height * viewport.ratio),
        QImage.Format.Format_RGB32,
    )
    image.setDevicePixelRatio(viewport.ratio)
    image.fill(QColor("magenta"))
    painter = QPainter(image)
    preview.draw(painter, viewport)
    painter.end()
    return image


def colour(image: QImage, x: int, y: int) -> tuple[int, ...]:
    return image.pixelColor(x, y).getRgb()[:3]


@pytest.fixture
def preview(half_red: Rgb) -> Preview:
    preview = Preview(mirror=False)
    preview.take(Shown(0, half_red))
    return preview


def test_at_its_own_size_every_pixel_is_kept(half_red: Rgb) -> None:
    noise = np.random.default_rng(0).integers(0, 256, half_red.shape, np.uint8)
    preview = Preview(mirror=False)
    preview.take(Shown(0, noise))

    image = drawn(preview, Viewport(64, 36))

    assert all(colour(image, x, y) == tuple(noise[y, x]) for x in range(64) for y in range(36))


def test_the_mirror_swaps_left_and_right(preview: Preview) -> None:
    preview.mirror = True

    image = drawn(preview, Viewport(64, 36))

    assert colour(image, 5, 5) == (0, 0, 255)
    assert colour(image, 60, 5) == (255, 0, 0)


@pytest.mark.parametrize("mirror", [False, True])
def test_scaled_it_fills_the_window_and_keeps_its_sides(preview: Preview, mirror: bool) -> None:
    preview.mirror = mirror

    image = drawn(preview, Viewport(640, 360))

    left, right = colour(image, 0, 0), colour(image, 639, 359)
    assert (left, right) == (((0, 0, 255), (255, 0, 0)) if mirror else ((255, 0, 0), (0, 0, 255)))


def test_scaling_is_smooth(preview: Preview) -> None:
    image = drawn(preview, Viewport(640, 360))

    between = {colour(image, x, 180) for x in range(310, 330)} - {(255, 0, 0), (0, 0, 255)}

    assert len(between) > 3


def test_around_another_aspect_it_is_black(preview: Preview) -> None:
    image = drawn(preview, Viewport(64, 100))

    assert colour(image, 30, 5) == colour(image, 30, 95) == (0, 0, 0)
    assert colour(image, 5, 50) == (255, 0, 0)


def test_on_a_dense_display_one_picture_pixel_is_one_device_pixel(preview: Preview) -> None:
    image = drawn(preview, Viewport(32, 18, ratio=2.0))

    assert colour(image, 31, 5) == (255, 0, 0)
    assert colour(image, 32, 5) == (0, 0, 255)


@pytest.mark.parametrize(("mirror", "given"), [(True, False), (False, True)])
def test_a_slate_is_never_turned_whatever_else_is(half_red: Rgb, *, mirror: bool, given: bool) -> None:
    preview = Preview(mirror=mirror)
    preview.follow(mirrored=given, is_device=True)
    seen = []
    for number, is_slate in enumerate((False, True, False)):
        preview.take(Shown(number, half_red, is_slate))
        seen.append(colour(drawn(preview, Viewport(64, 36)), 5, 5))
    assert seen == [(0, 0, 255), (255, 0, 0), (0, 0, 255)]


def test_without_a_frame_it_is_black() -> None:
    assert colour(drawn(Preview(mirror=True), Viewport(20, 20)), 10, 10) == (0, 0, 0)


def test_a_frame_is_new_once(half_red: Rgb) -> None:
    preview = Preview(mirror=False)

    taken = [preview.take(latest) for latest in (None, *(Shown(number, half_red) for number in (0, 0, 7)))]

    assert taken == [False, True, False, True]


def test_frames_that_must_not_be_written_to_or_are_views_are_drawn_too(half_red: Rgb) -> None:
    half_red.flags.writeable = False
    preview = Preview(mirror=False)
    preview.take(Shown(0, half_red[:, ::-1]))

    assert colour(drawn(preview, Viewport(64, 36)), 5, 5) == (0, 0, 255)


def test_the_frame_size_may_change(preview: Preview) -> None:
    preview.take(Shown(1, np.full((10, 10, 3), 9, np.uint8)))

    image = drawn(preview, Viewport(64, 36))

    assert colour(image, 32, 18) == (9, 9, 9)
    assert colour(image, 2, 18) == (0, 0, 0)


@given(sides, sides, sides, sides, st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0]))
def test_it_fits_touches_two_edges_and_keeps_the_aspect(
    width: int, height: int, inner_width: int, inner_height: int, ratio: float
) -> None:
    place = fitted(QSize(inner_width, inner_height), Viewport(width, height, ratio))
    outer_wh = round(width * ratio), round(height * ratio)
    wide, high = place.width(), place.height()

    assert place.left() >= 0
    assert place.top() >= 0
    assert wide <= outer_wh[0] + 1e-6
    assert high <= outer_wh[1] + 1e-6
    assert abs(wide - outer_wh[0]) < 1e-6 or abs(high - outer_wh[1]) < 1e-6
    assert abs(wide * inner_height - high * inner_width) <= max(inner_width, inner_height) + 1e-6
