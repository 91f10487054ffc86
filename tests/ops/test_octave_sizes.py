from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.ops.octave_sizes import (
    SMALLEST_OCTAVE_PX,
    finer_size,
    finer_sizes,
    listed_sizes,
    octave_sizes,
)

sizes_hw = st.tuples(st.integers(32, 1000), st.integers(32, 1000))
shares = st.floats(0.001, 1.0)


@given(sizes_hw, st.integers(1, 8), st.floats(1.1, 4.0))
def test_octaves_grow_up_to_the_working_size_and_keep_its_shape(
    size_hw: tuple[int, int], octaves: int, scale: float
) -> None:
    sizes = octave_sizes(size_hw, octaves, scale)
    assert sizes[-1] == size_hw
    assert 1 <= len(sizes) <= octaves
    for number, (height, width) in enumerate(reversed(sizes)):
        for side, whole in zip((height, width), size_hw, strict=True):
            assert side == pytest.approx(whole / scale**number, abs=0.51 if side < 128 else 4.01)
            assert number == 0 or side < 128 or side % 8 == 0
        assert number == 0 or min(height, width) >= SMALLEST_OCTAVE_PX


def test_octaves_that_would_be_too_small_are_left_out() -> None:
    assert octave_sizes((240, 320), 3, 2.0) == [(60, 80), (120, 160), (240, 320)]
    assert octave_sizes((240, 320), 8, 2.0) == [(60, 80), (120, 160), (240, 320)]
    assert octave_sizes((40, 2000), 5, 2.0) == [(40, 2000)]
    assert octave_sizes((8, 8), 4, 1.5) == [(8, 8)], "the working size itself always is one"


@given(sizes_hw, st.integers(1, 4), st.sampled_from([1.25, 2.0, 4.0]))
def test_listed_by_a_ratio_they_are_the_octaves_of_that_ratio(
    size_hw: tuple[int, int], octaves: int, scale: float
) -> None:
    by_ratio = octave_sizes(size_hw, octaves, scale)
    listed = listed_sizes(size_hw, [scale**-number for number in range(len(by_ratio))])
    assert all(
        abs(a - b) <= 5
        for one, other in zip(by_ratio, listed, strict=True)
        for a, b in zip(one, other, strict=True)
    )


@given(sizes_hw, st.lists(shares, min_size=1, max_size=8))
def test_listed_sizes_grow_whatever_their_order_and_none_is_too_small(
    size_hw: tuple[int, int], listed: list[float]
) -> None:
    sizes = listed_sizes(size_hw, listed)
    assert sizes == sorted(sizes) == listed_sizes(size_hw, listed[::-1])
    assert all(min(size) >= SMALLEST_OCTAVE_PX and size <= size_hw for size in sizes)
    assert len(sizes) <= len(listed)


def test_listed_sizes_are_shares_and_those_too_small_are_left_out() -> None:
    assert listed_sizes((240, 320), [1.0, 0.25, 0.6]) == [(60, 80), (144, 192), (240, 320)]
    assert listed_sizes((240, 320), [0.1, 0.5]) == [(120, 160)], "the finest are left out likewise"
    assert listed_sizes((240, 320), [0.01, 0.02]) == [(32, 43)], "the largest always is one"
    assert listed_sizes((8, 8), [0.5]) == [(8, 8)]


@given(sizes_hw, st.floats(1.1, 64.0))
def test_a_finer_size_has_the_pixels_and_the_shape_of_its_base(
    base_hw: tuple[int, int], finer: float
) -> None:
    size_hw = finer_size(base_hw, finer)
    for side, base in zip(size_hw, base_hw, strict=True):
        assert side == pytest.approx(base * finer**0.5, abs=4.01)
        assert side % 8 == 0
    assert finer_size(base_hw, 1.0) == base_hw, "whatever its sides"


@given(sizes_hw, st.floats(2.0, 64.0))
def test_octaves_on_top_grow_up_to_the_finer_size_each_up_to_twice_as_high(
    base_hw: tuple[int, int], finer: float
) -> None:
    size_hw = finer_size(base_hw, finer)
    sizes = [base_hw, *finer_sizes(base_hw, size_hw)]
    assert sizes[-1] == size_hw
    assert sizes == sorted(sizes)
    for (height, _), (higher, _) in pairwise(sizes):
        assert 1 < higher / height < 2.5, "twice, but for rounding"


def test_the_base_has_no_octave_on_top_and_four_times_the_pixels_are_one() -> None:
    assert finer_sizes((208, 376), (208, 376)) == []
    assert finer_sizes((208, 376), (296, 528)) == [(296, 528)]
    assert finer_sizes((208, 376), finer_size((208, 376), 4)) == [(416, 752)]
    assert finer_sizes((208, 376), finer_size((208, 376), 16)) == [(416, 752), (832, 1504)]
