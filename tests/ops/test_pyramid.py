import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.ops.jitter import order_of, roll, shift_back
from livedream.ops.octave_sizes import UNIT
from livedream.ops.pyramid import Resize, Zoom, neighbours, resize_matrix, zoom_matrix

sides = st.integers(1, 60)
shifts = st.tuples(st.integers(-70, 70), st.integers(-70, 70))
flips = st.tuples(st.integers(0, 1), st.integers(0, 1))
at_least_two = st.integers(2, 60)  # torch itself is wrong on pictures one pixel wide


@settings(max_examples=60, deadline=None)
@given(sides, sides)
def test_each_row_of_a_resize_sums_to_one_and_never_sharpens(length: int, to_length: int) -> None:
    rows = resize_matrix(length, to_length)
    assert rows.shape == (to_length, length)
    assert rows.dtype == torch.float32
    assert (rows >= 0).all()
    torch.testing.assert_close(rows.double().sum(1), torch.ones(to_length).double(), atol=1e-6, rtol=0)


@settings(max_examples=60, deadline=None)
@given(sides, sides)
def test_the_few_neighbours_of_a_line_are_all_that_its_matrix_takes(length: int, to_length: int) -> None:
    matrix = resize_matrix(length, to_length)
    places, weights = neighbours(matrix)
    assert torch.equal(torch.zeros_like(matrix).scatter(1, places.T, weights.T), matrix)
    assert len(places) <= 2 * max(1, length / to_length) + 1


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


@settings(max_examples=60, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), shifts, st.none() | flips)
def test_what_is_rolled_by_the_way_is_what_is_rolled_before_or_after_to_the_bit(
    from_hw: tuple[int, int], to_hw: tuple[int, int], shift_px: tuple[int, int], flip: tuple[int, int] | None
) -> None:
    assume(from_hw != to_hw)
    image, resize = torch.rand(2, 3, *from_hw), Resize(from_hw, to_hw)
    shift, flipped = torch.tensor(shift_px), flip and torch.tensor(flip)
    expected = resize(image)
    rolled = resize(image, wanted=order_of(to_hw, shift, flipped))
    assert torch.equal(rolled, roll(expected, shift, flipped))
    given = order_of(from_hw, shift_back(shift, flipped), flipped)
    assert torch.equal(resize(roll(image, shift, flipped), given=given), expected)


def test_height_and_width_are_not_mixed_up() -> None:
    image = torch.linspace(0, 1, 20)[:, None].expand(1, 3, 20, 30)
    resized = Resize((20, 30), (10, 45))(image)
    assert float(resized.std(3).max()) < 1e-6, "still the same along a row"
    assert (resized.diff(dim=2) > 0).all(), "still a ramp down the columns"


def test_it_follows_the_number_format_of_its_module() -> None:
    resize = Resize((12, 12), (7, 9)).double()
    assert resize(torch.rand(1, 3, 12, 12, dtype=torch.float64)).dtype == torch.float64


def step_of(pixels: float) -> Tensor:
    return torch.tensor(round(pixels * UNIT))


@settings(max_examples=60, deadline=None)
@given(at_least_two, at_least_two)
def test_a_zoom_from_end_to_end_is_a_resize(length: int, to_length: int) -> None:
    zoomed = zoom_matrix(length, to_length, step_of(length / to_length))
    # A step is rounded to a part of a pixel, so the ends are off by to_length / 2 parts of 2^-14 at most.
    torch.testing.assert_close(zoomed, resize_matrix(length, to_length), atol=3e-3, rtol=0)


@settings(max_examples=60, deadline=None)
@given(at_least_two, at_least_two, st.floats(0.05, 20))
def test_each_row_of_a_zoom_sums_to_one_and_never_sharpens(
    length: int, to_length: int, pixels: float
) -> None:
    rows = zoom_matrix(length, to_length, step_of(pixels))
    assert (rows >= 0).all()
    torch.testing.assert_close(rows.sum(1), torch.ones(to_length), atol=1e-5, rtol=0)
    torch.testing.assert_close(rows, rows.flip(0, 1), atol=1e-6, rtol=0)  # its middle is the middle


def test_a_zoom_repeats_the_line_mirrored_beyond_its_ends() -> None:
    line = torch.rand(6, generator=torch.Generator().manual_seed(0))
    zoomed = zoom_matrix(6, 30, step_of(1.0)) @ line
    mirrored = torch.cat([line, line.flip(0)])
    torch.testing.assert_close(zoomed, torch.cat([mirrored, mirrored, line]), atol=1e-6, rtol=0)


def test_a_zoom_that_is_undone_leaves_a_smooth_picture_as_it_was() -> None:
    y, x = torch.meshgrid(torch.linspace(0, 3, 40), torch.linspace(0, 4, 56), indexing="ij")
    image = (torch.sin(y) * torch.cos(x)).expand(1, 3, 40, 56)
    there, back = Zoom((40, 56), (80, 112)), Zoom((80, 112), (40, 56))
    steps = torch.stack([step_of(0.7), step_of(0.65)])
    undone = back(there(image, steps), torch.stack([step_of(1 / 0.7), step_of(1 / 0.65)]))
    torch.testing.assert_close(undone[:, :, 2:-2, 2:-2], image[:, :, 2:-2, 2:-2], atol=0.01, rtol=0)


def test_a_zoom_keeps_height_and_width_apart() -> None:
    image = torch.linspace(0, 1, 20)[:, None].expand(1, 3, 20, 30)
    zoomed = Zoom((20, 30), (10, 45))(image, torch.stack([step_of(1.5), step_of(3.0)]))
    assert zoomed.shape == (1, 3, 10, 45)
    assert float(zoomed.std(3).max()) < 1e-6, "still the same along a row"
    assert (zoomed.diff(dim=2) > 0).all(), "still a ramp down the columns"
