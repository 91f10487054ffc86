import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.composite.depth import (
    DEEPEST,
    HASTE,
    LEAST_DEPTH,
    LEAST_GAIN,
    LEAST_HELD,
    MOST_GAIN,
    cells_hw,
    depth_map,
    held,
    next_gain,
    reach,
    target,
)
from livedream.settings import LookSettings

LOOK = LookSettings()
depths = st.floats(0, 0.5)


def noise(height: int = 96, width: int = 160, seed: int = 0, size: float = 0.1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (size * rng.standard_normal((height, width, 3))).astype(np.float32)


def test_the_depth_is_the_mean_difference_that_is_seen() -> None:
    image, shown = np.full((96, 160, 3), 0.5, np.float32), noise()
    assert depth_map(image, shown, 1.0).mean() == pytest.approx(np.abs(shown).mean(), rel=0.1)
    assert depth_map(image, shown, 0.5).mean() == pytest.approx(np.abs(shown).mean() / 2, rel=0.1)
    assert depth_map(image * 0, -np.abs(shown), 1.0).max() == 0, "below black nothing is seen"


def test_it_is_measured_where_it_is() -> None:
    shown = noise(160, 320)
    shown[:, :160] = 0
    cells = depth_map(np.full_like(shown, 0.5), shown, 1.0)[..., 0]
    assert cells.shape == cells_hw((160, 320)) == (20, 40)
    assert cells[:, :15].max() < 0.01
    assert cells[:, 25:].min() > 0.05


@given(depths, depths, st.floats(0.01, 1))
def test_the_deeper_it_is_the_less_far_a_step_goes(one: float, other: float, wanted: float) -> None:
    look = LookSettings(depth=wanted)
    low, high = (float(reach(np.float32([[[d]]]), look, 1.0).item()) for d in sorted((one, other)))
    assert 1 <= high <= low <= 1 + HASTE
    assert reach(np.float32([[[1.7 * target(look)]]]), look, 1.7).item() == pytest.approx(1)
    assert reach(np.float32([[[0.0]]]), LookSettings(depth=0), 1.7).item() == 0


@given(depths, st.floats(0, 1), st.floats(LEAST_GAIN, MOST_GAIN), st.booleans())
def test_what_is_deeper_than_the_bound_is_let_go_of_down_to_it(
    depth: float, wanted: float, gain: float, is_steered: bool
) -> None:
    look = LookSettings(depth=wanted, steer=is_steered)
    most = gain * target(look) if is_steered else np.inf
    share = held(np.float32([[[depth]]]), look, gain).item()
    assert LEAST_HELD - 1e-6 <= share <= 1
    if LEAST_DEPTH <= depth <= most:
        assert share == pytest.approx(1)
    elif depth > most and share > LEAST_HELD + 1e-6:
        assert share * depth == pytest.approx(most, rel=1e-4)


@given(st.floats(LEAST_GAIN, MOST_GAIN), depths, st.floats(0, 1))
def test_the_gain_is_bounded_slow_and_goes_the_right_way(gain: float, depth: float, elapsed_s: float) -> None:
    after = next_gain(gain, depth, LOOK, elapsed_s)
    assert LEAST_GAIN <= after <= MOST_GAIN
    assert abs(np.log(after / gain)) <= 0.16 * elapsed_s + 1e-9
    if elapsed_s > 0 and LEAST_GAIN < gain < MOST_GAIN:
        assert (after - gain) * (target(LOOK) - depth) >= 0


def test_a_dream_that_answers_as_some_pictures_do_comes_to_the_same_depth() -> None:
    """A dark stage answers a step with a sixth of what clouds do; each settles at the depth asked for."""
    settled = []
    for answer in (0.006, 0.002, 0.012):
        depth, gain = 0.0, 1.0
        for _ in range(1200):
            left = 0.98 * depth
            left *= held(np.float32([[[left]]]), LOOK, gain).item()
            depth = left + answer * reach(np.float32([[[left]]]), LOOK, gain).item()
            gain = next_gain(gain, depth, LOOK, 1 / 30)
        settled.append(depth)
    assert settled == pytest.approx([LOOK.depth * DEEPEST] * 3, rel=0.03)
