"""Feedback against OpenCV's own affine warps, and against laws that a flight keeps."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.motion.feedback_warp import fed_back, origin
from livedream.motion.flow import Motion
from livedream.motion.warp import Field, fit, warp
from livedream.settings import FeedbackSettings

GRID_WH, SIZE_WH, FULL_WH = (96, 54), (192, 108), (1280, 720)
INNER = (slice(16, -16), slice(24, -24))
flights = st.builds(
    FeedbackSettings,
    zoom=st.floats(-4, 4),
    rotate=st.floats(-360, 360),
    pan_x=st.floats(-2, 2),
    pan_y=st.floats(-2, 2),
)


def standing() -> Motion:
    whole = np.ones(GRID_WH[::-1], np.float32)
    return Motion(np.zeros((*GRID_WH[::-1], 2), np.float32), whole, whole, cut=False)


def soft(size_wh: tuple[int, int] = SIZE_WH, sigma: float = 6.0, channels: int = 3) -> Field:
    noise = np.random.default_rng(2).standard_normal((*size_wh[::-1], channels)).astype(np.float32)
    field = cv2.GaussianBlur(noise, (0, 0), sigma)
    return np.asarray(field / field.std(), np.float32)


def flown(field: Field, motion: Motion, wishes: FeedbackSettings, elapsed_s: float = 1.0) -> Field:
    size_wh = (field.shape[1], field.shape[0])
    return warp(field, fit(fed_back(motion, wishes, elapsed_s, FULL_WH), size_wh)[0])


def blob(x: float, y: float) -> Field:
    columns, rows = np.arange(SIZE_WH[0]), np.arange(SIZE_WH[1])
    drop = np.exp(-((columns - x) ** 2 + (rows[:, None] - y) ** 2) / (2 * 6.0**2))
    return np.repeat(drop[..., None], 3, axis=2).astype(np.float32)


def middle(field: Field) -> tuple[float, float]:
    """Give the centre of mass, from the picture's centre, to the right and down."""
    # The lobes of bicubic sampling are none of the blob.
    mass = np.maximum(field[..., 0].astype(float) - 0.2 * field.max(), 0.0)
    rows, columns = np.indices(mass.shape)
    x, y = (mass * columns).sum() / mass.sum(), (mass * rows).sum() / mass.sum()
    return x - (SIZE_WH[0] - 1) / 2, y - (SIZE_WH[1] - 1) / 2


@given(st.floats(0, 1))
def test_without_feedback_the_motion_is_given_as_it_is(elapsed_s: float) -> None:
    motion = standing()
    assert fed_back(motion, FeedbackSettings(), elapsed_s, FULL_WH) is motion
    assert fed_back(motion, FeedbackSettings(zoom=1.0), 0.0, FULL_WH) is motion


@pytest.mark.parametrize(
    "wishes", [{"zoom": 0.3}, {"zoom": -0.4}, {"rotate": 12.0}, {"rotate": -5.0, "zoom": 0.1}]
)
def test_a_zoom_or_a_rotation_is_about_the_middle(wishes: dict[str, float]) -> None:
    field = soft()
    turn = cv2.getRotationMatrix2D(
        ((SIZE_WH[0] - 1) / 2, (SIZE_WH[1] - 1) / 2),
        -wishes.get("rotate", 0.0),  # OpenCV's angles go the other way
        2 ** wishes.get("zoom", 0.0),
    )
    expected = cv2.warpAffine(field, turn, SIZE_WH)
    moved = flown(field, standing(), FeedbackSettings(**wishes))
    assert np.abs(moved - expected)[INNER].max() < 0.05


def test_a_pan_is_a_share_of_the_picture_to_the_right_and_down() -> None:
    moved = flown(blob(80, 40), standing(), FeedbackSettings(pan_x=0.25, pan_y=0.1))
    away = np.subtract(middle(moved), middle(blob(80, 40)))
    assert away == pytest.approx((0.25 * SIZE_WH[0], 0.1 * SIZE_WH[1]), abs=0.05)


def test_rotation_is_clockwise_and_zoom_away_from_the_middle() -> None:
    right = blob((SIZE_WH[0] - 1) / 2 + 30, (SIZE_WH[1] - 1) / 2)
    assert middle(flown(right, standing(), FeedbackSettings(rotate=90.0))) == pytest.approx((0, 30), abs=0.1)
    assert middle(flown(right, standing(), FeedbackSettings(zoom=0.5)))[0] > 40


@settings(max_examples=50, deadline=None)
@given(flights, st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_zoom_and_rotation_do_not_depend_on_the_frame_rate(
    flight: FeedbackSettings, first_s: float, second_s: float
) -> None:
    wishes = flight.model_copy(update={"pan_x": 0.0, "pan_y": 0.0})
    one, two, both = (
        np.vstack([origin(wishes, elapsed_s, GRID_WH, FULL_WH), [0, 0, 1]])
        for elapsed_s in (first_s, second_s, first_s + second_s)
    )
    np.testing.assert_allclose(one @ two, both, rtol=1e-9, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(flights, st.floats(0.001, 1.0), st.tuples(st.integers(32, 160), st.integers(32, 160)))
def test_in_pixels_that_are_not_square_a_rotation_is_still_one(
    flight: FeedbackSettings, elapsed_s: float, grid_wh: tuple[int, int]
) -> None:
    pixel = np.diag([FULL_WH[0] / grid_wh[0], FULL_WH[1] / grid_wh[1]])
    linear = pixel @ origin(flight, elapsed_s, grid_wh, FULL_WH)[:, :2] @ np.linalg.inv(pixel)
    scale = 2 ** (-2 * flight.zoom * elapsed_s)
    np.testing.assert_allclose(linear @ linear.T, scale * np.eye(2), rtol=1e-6, atol=1e-9 * max(1, scale))


@pytest.mark.parametrize(
    "wishes", [{"zoom": 0.05}, {"rotate": 4.0, "zoom": -0.05}, {"pan_x": 0.02, "pan_y": -0.01}]
)
def test_composed_with_the_flow_it_is_the_two_warps_one_after_the_other(wishes: dict[str, Any]) -> None:
    flight, field = FeedbackSettings(**wishes), soft(sigma=8.0)
    bend = np.asarray(soft(GRID_WH, 12.0, 2) * 1.5, np.float32)
    bending = replace(standing(), flow=bend)
    one_after_the_other = warp(flown(field, standing(), flight), fit(bending, SIZE_WH)[0])
    at_once = flown(field, bending, flight)
    assert np.abs(at_once - one_after_the_other)[INNER].max() < 0.06
    assert np.abs(at_once - field)[INNER].max() > 0.2


def test_a_slow_zoom_drifts_nowhere() -> None:
    """0.1 % a frame, 200 frames: whole pixels would stand still or wander."""
    centre = ((SIZE_WH[0] - 1) / 2, (SIZE_WH[1] - 1) / 2)
    field, aside = blob(*centre), blob(centre[0] + 30, centre[1] - 15)
    wishes = FeedbackSettings(zoom=float(np.log2(1.001)) * 30)
    flow = fit(fed_back(standing(), wishes, 1 / 30, FULL_WH), SIZE_WH)[0]
    for _ in range(200):
        field, aside = warp(field, flow), warp(aside, flow)
    assert middle(field) == pytest.approx((0, 0), abs=0.01)
    assert middle(aside) == pytest.approx((30 * 1.001**200, -15 * 1.001**200), rel=0.1)


@pytest.mark.parametrize("wishes", [{"zoom": -1.0}, {"pan_x": 0.3}, {"pan_y": -0.4}, {"rotate": 60.0}])
def test_what_flies_in_is_not_trusted_and_leaves_no_streaks(wishes: dict[str, float]) -> None:
    motion = fed_back(standing(), FeedbackSettings(**wishes), 1.0, FULL_WH)
    rows, columns = np.indices(GRID_WH[::-1])
    source = np.dstack([columns, rows]) + motion.flow
    outside = np.maximum(-0.5 - source, source - (np.array(GRID_WH) - 0.5)).max(axis=2)
    assert (motion.trust[outside >= 0.5] == 0).all()
    assert (motion.trust[outside <= 0] == 1).all()
    assert (outside >= 0.5).any()
    assert (outside <= 0).any()


@settings(max_examples=40, deadline=None)
@given(flights, st.floats(0, 1))
def test_trust_stays_a_share_and_a_cut_a_cut(flight: FeedbackSettings, elapsed_s: float) -> None:
    half = replace(standing(), trust=np.full(GRID_WH[::-1], 0.5, np.float32), cut=True)
    motion = fed_back(half, flight, elapsed_s, FULL_WH)
    assert motion.flow.dtype == motion.trust.dtype == np.float32
    assert np.isfinite(motion.flow).all()
    assert 0 <= motion.trust.min() <= motion.trust.max() <= 0.5
    assert motion.cut
    assert (half.flow == 0).all()
    assert (half.trust == 0.5).all()
