from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.motion.flow import Motion
from livedream.motion.stillness import FASTEST_PX, speed_px, wakened, weighted
from livedream.settings import MotionSettings

shares = st.floats(0, 1)


def moving(x: float, y: float = 0.0, trust: float = 1.0, *, cut: bool = False) -> Motion:
    """Give a picture that moves by (x, y) everywhere."""
    flow = np.broadcast_to(np.array([x, y], np.float32), (36, 64, 2)).copy()
    belief = np.full((36, 64), trust, np.float32)
    return Motion(flow, belief, belief, cut)


def spread(speeds_px: np.ndarray) -> Motion:
    """Give a picture whose columns move down at speeds of their own."""
    flow = np.zeros((36, len(speeds_px), 2), np.float32)
    flow[..., 1] = speeds_px
    whole = np.ones(flow.shape[:2], np.float32)
    return Motion(flow, whole, whole, cut=False)


def test_without_weights_the_motion_is_given_as_it_is() -> None:
    motion = moving(3.0)
    assert weighted(motion, MotionSettings()) is motion


@given(shares, shares, st.floats(0.05, 40))
def test_what_stands_and_what_moves_have_weights_of_their_own(
    still: float, going: float, threshold_px: float
) -> None:
    wishes = MotionSettings(still=still, moving=going, threshold_px=threshold_px)
    slow, half, fast = (
        float(weighted(moving(0, factor * threshold_px, trust=0.8), wishes).kept.mean())
        for factor in (0.49, 1.0, 1.51)
    )
    assert slow == pytest.approx(0.8 * still, abs=1e-5)
    assert half == pytest.approx(0.8 * (still + going) / 2, abs=1e-4)
    assert fast == pytest.approx(0.8 * going, abs=1e-5)


def test_the_edge_between_them_is_soft_and_in_pixels_whatever_else_moves() -> None:
    speeds_px = np.linspace(0, 4, 400)
    wishes = MotionSettings(still=0.1, moving=0.9, threshold_px=2.0)
    trust = weighted(spread(speeds_px), wishes).kept[5]
    steps = np.diff(trust)
    assert steps.min() > -1e-6
    assert steps.max() < 0.01
    faster = weighted(spread(np.append(speeds_px, 90.0)), wishes).kept[5, :-1]
    assert (faster == trust).all()


def test_the_flow_and_what_was_given_are_left_alone() -> None:
    motion = moving(1.0, 1.0)
    given_trust = motion.trust.copy()
    assert weighted(motion, MotionSettings(still=0.5)).flow is motion.flow
    assert (motion.trust == given_trust).all()


def test_the_speed_is_the_mean_length_of_the_flow() -> None:
    assert speed_px(moving(0)) == 0
    assert speed_px(moving(3, -4)) == pytest.approx(5)
    assert speed_px(spread(np.array([0.0, 1.0, 2.0, 3.0]))) == pytest.approx(1.5)


def test_what_flies_off_counts_little_and_a_cut_is_as_fast_as_can_be() -> None:
    speeds_px = np.zeros(100)
    speeds_px[0] = 1000
    assert speed_px(spread(speeds_px)) == pytest.approx(FASTEST_PX / 100)
    assert speed_px(moving(0, cut=True)) == FASTEST_PX


@given(shares, st.floats(0, 8), st.floats(0, 5), st.floats(0, 5))
def test_waking_does_not_depend_on_the_frame_rate(
    wake: float, speed: float, first_s: float, second_s: float
) -> None:
    wishes = MotionSettings()
    in_one = wakened(wake, speed, wishes, first_s + second_s)
    in_two = wakened(wakened(wake, speed, wishes, first_s), speed, wishes, second_s)
    assert in_two == pytest.approx(in_one, abs=1e-9)
    assert 0 <= in_one <= 1


def test_motion_wakes_at_its_pace_and_stillness_at_another() -> None:
    wishes = MotionSettings(attack_s=0.2, release_s=4.0)
    assert wakened(0.0, 8.0, wishes, 0.2) == pytest.approx(1 - np.exp(-1))
    assert wakened(1.0, 0.0, wishes, 4.0) == pytest.approx(np.exp(-1))


def test_motion_up_to_the_floor_is_stillness_and_four_times_it_wakes_wholly() -> None:
    wishes = MotionSettings(floor_px=0.5)
    ends = [wakened(0.0, speed, wishes, 1e6) for speed in (0.0, 0.5, 1.25, 2.0, 7.0)]
    assert ends == pytest.approx([0, 0, 0.5, 1, 1])


def test_a_picture_that_stands_falls_asleep_steadily() -> None:
    wakes = [1.0]
    for _ in range(300):
        wakes.append(wakened(wakes[-1], 0.0, MotionSettings(), 1 / 30))
    assert all(later < earlier for earlier, later in pairwise(wakes))
    assert wakes[-1] < 0.05
