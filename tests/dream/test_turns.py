import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.dream.turns import LIVELIER, spread_settings
from livedream.settings import Settings, change


def wishes(persistence: float, step_size: float = 0.01) -> Settings:
    return change(Settings(), {"motion.persistence": persistence, "dream.step_size": step_size})


def depth(persistence: float, strides: list[float]) -> float:
    """Give the mean over a round of a dream that each frame adds one of the strides to, once it stands."""
    dream, depths = 0.0, []
    for frame in range(8000):
        dream = persistence * dream + strides[frame % len(strides)]
        depths.append(dream)
    return sum(depths[-len(strides) :]) / len(strides)


@pytest.mark.parametrize("persistence", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("turns", [2, 3, 5])
def test_a_standing_dream_is_as_deep_but_for_what_motion_costs(persistence: float, turns: int) -> None:
    octaves = [0.5 + number for number in range(turns)]
    spread = spread_settings(wishes(persistence), turns)
    reached = depth(spread.motion.persistence, [spread.dream.step_size * octave for octave in octaves])
    plain = depth(persistence, [0.01 * sum(octaves)])
    assert reached == pytest.approx(plain * turns**LIVELIER, rel=1e-4)


@given(st.floats(0, 1), st.integers(2, 8), st.floats(0, 0.5))
def test_a_round_keeps_what_a_frame_keeps_and_steps_grow_with_the_turns(
    persistence: float, turns: int, step_size: float
) -> None:
    spread = spread_settings(wishes(persistence, step_size), turns)
    assert spread.motion.persistence**turns == pytest.approx(persistence, abs=1e-9)
    assert step_size <= spread.dream.step_size * (1 + 1e-6)
    assert spread.dream.step_size <= turns ** (1 + LIVELIER) * step_size * (1 + 1e-6)


def test_a_dream_that_is_kept_for_ever_is_kept_for_ever() -> None:
    assert spread_settings(wishes(1.0), 2).motion.persistence == 1.0
    nearly, wholly = (spread_settings(wishes(kept), 2).dream.step_size for kept in (1 - 1e-9, 1.0))
    assert nearly == pytest.approx(wholly, rel=1e-6)


@pytest.mark.parametrize("turns", [0, 1])
def test_without_turns_nothing_changes(turns: int) -> None:
    settings = wishes(0.9)
    assert spread_settings(settings, turns) is settings


def test_nothing_else_is_touched() -> None:
    settings = wishes(0.9)
    back = {"motion.persistence": 0.9, "dream.step_size": 0.01}
    assert change(spread_settings(settings, 3), back) == settings
