import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.ops.octaves import SMALLEST_OCTAVE_PX, octave_sizes
from livedream.ops.pyramid import Resize, resize_matrix

sides = st.integers(1, 60)
at_least_two = st.integers(2, 60)  # torch itself is wrong on pictures one pixel wide


@given(st.tuples(st.integers(32, 1000), st.integers(32, 1000)), st.integers(1, 8), st.floats(1.1, 4.0))
def test_octaves_grow_up_to_the_working_size_and_keep_its_shape(
    size_hw: tuple[int, int], octaves: int, scale: float
) -> None:
    sizes = octave_sizes(size_hw, octaves, scale)
    assert sizes[-1] == size_hw
    assert 1 <= len(sizes) <= octaves
    for number, (height, width) in enumerate(reversed(sizes)):
        assert height == pytest.approx(size_hw[0] / scale**number, abs=0.51)
        assert width == pytest.approx(size_hw[1] / scale**number, abs=0.51)
        assert number == 0 or min(height, width) >= SMALLEST_OCTAVE_PX


def test_octaves_that_would_be_too_small_are_left_out() -> None:
    assert octave_sizes((240, 320), 3, 2.0) == [(60, 80), (120, 160), (240, 320)]
    assert octave_sizes((240, 320), 8, 2.0) == [(60, 80), (120, 160), (240, 320)]
    assert octave_sizes((40, 2000), 5, 2.0) == [(40, 2000)]
    assert octave_sizes((8, 8), 4, 1.5) == [(8, 8)], "the working size itself always is one"


@settings(max_examples=60, deadline=None)
@given(sides, sides)
def test_each_row_of_a_resize_sums_to_one_and_never_sharpens(length: int, to_length: int) -> None:
    rows = resize_matrix(length, to_length)
    assert rows.shape == (to_length, length)
    assert rows.dtype == torch.float32
    assert (rows >= 0).all()
    torch.testing.assert_close(rows.double().sum(1), torch.ones(to_length).double(), atol=1e-6, rtol=0)


@settings(max_examples=40, deadline=None)
@given(st.tuples(at_least_two, at_least_two), st.tuples(at_least_two, at_least_two))
def test_it_agrees_with_torch_s_antialiased_interpolation(
    from_hw: tuple[int, int], to_hw: tuple[int, int]
) -> None:
    image = torch.rand(1, 3, *from_hw)
    expected = F.interpolate(image, to_hw, mode="bilinear", antialias=True)
    torch.testing.assert_close(Resize(from_hw, to_hw)(image), expected, atol=1e-5, rtol=0)


@settings(max_examples=20, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.floats(0, 1))
def test_a_constant_stays_one(from_hw: tuple[int, int], to_hw: tuple[int, int], level: float) -> None:
    resized = Resize(from_hw, to_hw)(torch.full((1, 3, *from_hw), level))
    assert resized.shape == (1, 3, *to_hw)
    torch.testing.assert_close(resized, torch.full((1, 3, *to_hw), level), atol=1e-6, rtol=0)


def test_to_the_same_size_nothing_changes() -> None:
    image = torch.rand(1, 3, 33, 47)
    assert torch.equal(Resize((33, 47), (33, 47))(image), image)


def test_height_and_width_are_not_mixed_up() -> None:
    image = torch.linspace(0, 1, 20)[:, None].expand(1, 3, 20, 30)
    resized = Resize((20, 30), (10, 45))(image)
    assert float(resized.std(3).max()) < 1e-6, "still the same along a row"
    assert (resized.diff(dim=2) > 0).all(), "still a ramp down the columns"


def test_it_follows_the_number_format_of_its_module() -> None:
    resize = Resize((12, 12), (7, 9)).double()
    assert resize(torch.rand(1, 3, 12, 12, dtype=torch.float64)).dtype == torch.float64
