import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.ops.layout import as_image, as_lines, numbers_of

sides = st.integers(1, 9)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 2), st.integers(1, 4), sides, sides)
def test_lines_hold_the_numbers_of_a_pixel_side_by_side_and_are_the_image_again(
    count: int, channels: int, height: int, width: int
) -> None:
    image = torch.rand(count, channels, height, width)
    lines = as_lines(image)
    assert lines.shape == (count, height, width * channels)
    assert torch.equal(lines[-1, -1, -channels:], image[-1, :, -1, -1])
    assert torch.equal(as_image(lines, channels), image)


def test_a_picture_as_it_lies_in_memory_is_viewed_not_copied() -> None:
    picture = torch.rand(1, 5, 7, 3)
    lines = as_lines(picture.permute(0, 3, 1, 2))
    assert lines.data_ptr() == picture.data_ptr() == as_image(lines).data_ptr()


def test_the_numbers_of_columns_are_those_columns() -> None:
    image, columns = torch.rand(1, 3, 4, 6), torch.tensor([5, 0, 0, 2])
    found = as_lines(image)[:, :, numbers_of(columns, 3)]
    assert torch.equal(as_image(found), image[:, :, :, columns])
