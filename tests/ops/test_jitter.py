import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from livedream.ops.jitter import roll, roll_back

sides = st.integers(1, 17)
shifts = st.tuples(st.integers(-70, 70), st.integers(-70, 70))
flips = st.tuples(st.integers(0, 1), st.integers(0, 1))


def numbered(height: int, width: int) -> Tensor:
    return torch.arange(2 * 3 * height * width, dtype=torch.float64).reshape(2, 3, height, width)


@settings(max_examples=60, deadline=None)
@given(sides, sides, shifts)
def test_it_rolls_down_and_right(height: int, width: int, shift_px: tuple[int, int]) -> None:
    image = numbered(height, width)
    assert torch.equal(roll(image, torch.tensor(shift_px)), torch.roll(image, shift_px, (2, 3)))


@settings(max_examples=40, deadline=None)
@given(sides, sides, shifts)
def test_rolling_back_undoes_it(height: int, width: int, shift_px: tuple[int, int]) -> None:
    image, shift = numbered(height, width), torch.tensor(shift_px)
    assert torch.equal(roll(roll(image, shift), -shift), image)


@settings(max_examples=40, deadline=None)
@given(sides, sides, shifts, shifts)
def test_two_rolls_are_one_by_their_sum(
    height: int, width: int, first_px: tuple[int, int], second_px: tuple[int, int]
) -> None:
    image, first, second = numbered(height, width), torch.tensor(first_px), torch.tensor(second_px)
    assert torch.equal(roll(roll(image, first), second), roll(image, first + second))


def test_a_whole_turn_changes_nothing_and_a_pixel_that_leaves_enters_opposite() -> None:
    image = numbered(4, 6)
    assert torch.equal(roll(image, torch.tensor([4, -12])), image)
    assert torch.equal(roll(image, torch.tensor([1, 0]))[:, :, 0], image[:, :, -1])
    assert torch.equal(roll(image, torch.tensor([0, 1]))[..., 0], image[..., -1])


@settings(max_examples=60, deadline=None)
@given(sides, sides, shifts, flips)
def test_it_mirrors_before_it_rolls(
    height: int, width: int, shift_px: tuple[int, int], flip: tuple[int, int]
) -> None:
    image = numbered(height, width)
    mirrored = torch.flip(image, [axis + 2 for axis in range(2) if flip[axis]])
    expected = torch.roll(mirrored, shift_px, (2, 3))
    assert torch.equal(roll(image, torch.tensor(shift_px), torch.tensor(flip)), expected)


@settings(max_examples=60, deadline=None)
@given(sides, sides, shifts, st.none() | flips)
def test_put_back_it_is_as_it_was(
    height: int, width: int, shift_px: tuple[int, int], flip: tuple[int, int] | None
) -> None:
    image, shift, flipped = numbered(height, width), torch.tensor(shift_px), flip and torch.tensor(flip)
    assert torch.equal(roll_back(roll(image, shift, flipped), shift, flipped), image)
