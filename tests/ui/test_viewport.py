import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.ui.viewport import LARGEST_UNIT, SMALLEST_UNIT, Viewport

sides = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("size", "unit"), [((1280, 720), 1.0), ((1920, 1080), 1.5), ((640, 360), 0.8), ((7680, 4320), 4.0)]
)
def test_type_grows_with_the_window_within_bounds(size: tuple[int, int], unit: float) -> None:
    assert Viewport(*size).unit == unit


@pytest.mark.parametrize(("size", "unit"), [((480, 270), 0.8), ((320, 240), 0.8 * 2 / 3), ((1, 1), 0.2)])
def test_type_shrinks_where_it_has_no_room(size: tuple[int, int], unit: float) -> None:
    assert Viewport(*size).unit == pytest.approx(unit)


@given(sides, sides)
def test_the_unit_goes_by_the_side_that_is_short(width: int, height: int) -> None:
    unit = Viewport(width, height).unit

    assert unit <= LARGEST_UNIT
    assert unit <= SMALLEST_UNIT or (1280 * unit <= width + 1e-6 and 720 * unit <= height + 1e-6)
    assert Viewport(width, height, 2.0).unit == unit
