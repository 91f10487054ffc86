"""The motion of the whole picture, on flows and pictures whose motion is known."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.motion.sampling import Affine, Flow, Grey, grid_of, mapped
from livedream.motion.whole import STANDS, preferred, unexplained, whole_motion

HEIGHT, WIDTH = 90, 160
NOTHING = np.zeros((HEIGHT, WIDTH), np.float32)


def flow_of(affine: Affine) -> Flow:
    return mapped(affine, HEIGHT, WIDTH) - grid_of(HEIGHT, WIDTH)


def camera(x: float, y: float, zoom: float, turn: float) -> Affine:
    return np.array([[1 + zoom, turn, x], [-turn, 1 + zoom, y]])


def texture(seed: int = 0) -> Grey:
    soft = cv2.GaussianBlur(np.random.default_rng(seed).random((HEIGHT, WIDTH)).astype(np.float32), (0, 0), 2)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()) * 255, np.uint8)


cameras = st.builds(
    camera, st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)
)


@settings(max_examples=40, deadline=None)
@given(cameras, st.floats(-9, 9), st.integers(0, 100))
def test_it_is_that_of_most_of_the_picture(affine: Affine, aside: float, seed: int) -> None:
    flow = flow_of(affine)
    flow[20:75, 40:100] += np.float32(aside)  # somebody, a quarter of the picture
    flow += np.random.default_rng(seed).normal(0, 0.05, flow.shape).astype(np.float32)
    assert np.abs(flow_of(whole_motion(flow, NOTHING)) - flow_of(affine)).max() < 0.25


def test_what_its_own_flow_does_not_explain_has_no_say() -> None:
    flow, left = flow_of(camera(1.0, 0.0, 0.0, 0.0)), NOTHING.copy()
    flow[:, 64:] += 3.0
    left[:, 64:] = 40.0
    assert np.abs(flow_of(whole_motion(flow, left)) - [1.0, 0.0]).max() < 0.05


def test_where_nothing_is_explained_nothing_moves() -> None:
    assert (whole_motion(np.full((HEIGHT, WIDTH, 2), 9, np.float32), NOTHING + 255) == STANDS).all()


def test_what_stands_stands_to_the_last_bit() -> None:
    assert (whole_motion(np.zeros((HEIGHT, WIDTH, 2), np.float32), NOTHING) == STANDS).all()


def test_it_is_preferred_where_it_explains_as_much_and_not_where_it_explains_less() -> None:
    current, previous = texture(), np.roll(texture(), 2, axis=1)
    right, wrong = flow_of(camera(2.0, 0, 0, 0)), flow_of(camera(-1.0, 0, 0, 0))
    lefts = [unexplained(current, previous, flow) for flow in (right, wrong)]
    inner = (slice(8, -8), slice(8, -8))
    assert (preferred(lefts[0], lefts[1])[inner] == 1).all()
    assert (preferred(lefts[0], lefts[0]) == 1).all()
    assert preferred(lefts[1], lefts[0])[inner].mean() < 0.35


def test_nothing_is_left_where_the_flow_is_right() -> None:
    current, still = texture(), np.zeros((HEIGHT, WIDTH, 2), np.float32)
    assert unexplained(current, current, still).max() == 0
    assert unexplained(current, texture(1), still).mean() > 10
