import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.dream.spec import KernelSpec
from livedream.dream.taps import taps_at
from livedream.dream.tiles import (
    BLIND_PX,
    GRID_PX,
    LONGEST_PX,
    Tiling,
    tile_spec,
    tiling_of,
)

SPEC = KernelSpec("embedded", taps_at("stem"), (1080, 1920), 3, 1.4, 5, 1.0)


def tiling(height: int, width: int) -> Tiling:
    found = tiling_of((height, width))
    assert found is not None
    return found


@settings(max_examples=25, deadline=None)
@given(st.integers(32, 600), st.integers(32, 5000), st.integers(0, 99))
def test_shares_add_up_to_one_everywhere(height: int, width: int, seed: int) -> None:
    found = tiling_of((height, width), 200_000)
    if found is None:
        assert height * width <= 200_000
        return
    total = np.zeros((height, width, 1), np.float32)
    for tile in found.lay(np.random.default_rng(seed)):
        assert tile.share.shape[:2] == found.tile_hw
        total[tile.rows, tile.columns] += tile.share
    np.testing.assert_allclose(total, 1.0, atol=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(32, 600), st.integers(32, 9000), st.integers(0, 99))
def test_tiles_start_on_the_grid_and_stay_inside(height: int, width: int, seed: int) -> None:
    found = tiling_of((height, width), 300_000)
    if found is None:
        return
    for tile in found.lay(np.random.default_rng(seed)):
        for span, length in zip((tile.rows, tile.columns), found.size_hw, strict=True):
            assert span.start % GRID_PX == 0
            assert 0 <= span.start < span.stop <= length


def test_what_a_tile_sees_near_a_false_border_is_not_used() -> None:
    for tile in tiling(2160, 3840).lay(np.random.default_rng(0)):
        if tile.rows.start > 0:
            assert not tile.share[:BLIND_PX].any()
        if tile.columns.stop < 3840:
            assert not tile.share[:, -BLIND_PX:].any()


def test_a_tile_counts_up_to_the_border_of_the_picture() -> None:
    first, *_, last = tiling(2160, 3840).lay(np.random.default_rng(0))
    assert first.share[0, 0] == 1
    assert last.share[-1, -1] == 1


def test_seams_move() -> None:
    found, rng = tiling(2160, 3840), np.random.default_rng(0)
    layouts = {tuple((tile.rows.start, tile.columns.start) for tile in found.lay(rng)) for _ in range(8)}
    assert len(layouts) > 4


def test_the_same_seed_lays_the_same_tiles() -> None:
    found = tiling(1080, 1920)
    once, again = (
        [(tile.rows, tile.columns) for tile in found.lay(np.random.default_rng(5))] for _ in range(2)
    )
    assert once == again


@pytest.mark.parametrize("size_hw", [(1080, 1920), (2160, 3840), (4320, 7680), (3000, 4000), (300, 9000)])
def test_tiles_are_small_and_no_great_waste(size_hw: tuple[int, int]) -> None:
    found = tiling(*size_hw)
    assert max(found.tile_hw) <= LONGEST_PX + 2 * GRID_PX
    count = len(found.lay(np.random.default_rng(0)))
    assert count * found.tile_hw[0] * found.tile_hw[1] < 2.2 * size_hw[0] * size_hw[1]


def test_a_small_picture_is_not_divided() -> None:
    assert tiling_of((720, 1280)) is None


def test_a_tile_s_program_does_not_depend_on_octaves_and_steps() -> None:
    other = KernelSpec("embedded", taps_at("stem"), (1080, 1920), 2, 1.4, 1, 1.0)
    assert tile_spec(SPEC, tiling(1080, 1920)) == tile_spec(other, tiling(1080, 1920))
