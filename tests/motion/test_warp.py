import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.motion.flow import Motion
from livedream.motion.sampling import Flow
from livedream.motion.warp import UNBOUNDED, Field, add_share, carry, fit, resize, warp

sides = st.integers(3, 40)


def noise(height: int, width: int, seed: int = 0) -> Field:
    return np.random.default_rng(seed).standard_normal((height, width, 3), np.float32)


def constant_flow(height: int, width: int, x: float, y: float) -> Flow:
    return np.broadcast_to(np.array([x, y], np.float32), (height, width, 2)).copy()


@settings(max_examples=30, deadline=None)
@given(sides, sides)
def test_without_flow_nothing_moves(height: int, width: int) -> None:
    field = noise(height, width)
    np.testing.assert_allclose(warp(field, constant_flow(height, width, 0, 0)), field, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(8, 40), st.integers(8, 40), st.integers(-6, 6), st.integers(-6, 6))
def test_a_flow_of_whole_pixels_is_a_shift_with_mirrored_edges(
    height: int, width: int, x: int, y: int
) -> None:
    field = noise(height, width)
    mirrored = np.pad(field, ((8, 8), (8, 8), (0, 0)), mode="symmetric")
    shifted = mirrored[8 + y : 8 + y + height, 8 + x : 8 + x + width]
    warped = warp(field, constant_flow(height, width, x, y))
    np.testing.assert_allclose(warped, shifted, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_between_pixels_it_is_bicubic(x: float, y: float) -> None:
    field = noise(12, 15)
    warped = warp(field, constant_flow(12, 15, x, y))[1:-2, 1:-2]
    weights = [keys(x), keys(y)]
    expected = sum(
        weights[1][row] * weights[0][column] * field[row : row + 9, column : column + 12]
        for row in range(4)
        for column in range(4)
    )
    # OpenCV knows positions to a 32nd of a pixel.
    assert np.abs(warped - expected).max() < 0.25


def keys(at: float) -> list[float]:
    """Give the weights of four neighbours, -1 to 2, at a place between 0 and 1 (Keys 1981)."""
    a, (far, near) = -0.75, (1 + at, at)
    first = a * far**3 - 5 * a * far**2 + 8 * a * far - 4 * a
    second = (a + 2) * near**3 - (a + 3) * near**2 + 1
    third = (a + 2) * (1 - at) ** 3 - (a + 3) * (1 - at) ** 2 + 1
    return [first, second, third, 1 - first - second - third]


def test_a_dream_that_is_carried_for_a_second_keeps_its_forms() -> None:
    field = np.asarray(cv2.GaussianBlur(noise(80, 120), (0, 0), 2.0), np.float32)
    before, flow = field[10:-10, 10:-10].std(), constant_flow(80, 120, 0.3, -0.4)
    for sharpness, most in ((1.0, 1.5), (UNBOUNDED, 1.0)):
        carried = field
        for _ in range(30):
            carried = warp(carried, flow, sharpness)
        assert 0.8 < carried[20:-20, 20:-20].std() / before < most, "bilinear sampling leaves half"


@settings(max_examples=20, deadline=None)
@given(sides, sides, st.integers(0, 99), st.floats(-3, 3))
def test_a_constant_stays_one_and_warping_is_linear(
    height: int, width: int, seed: int, factor: float
) -> None:
    flow = 5 * noise(height, width, seed)[..., :2]
    a, b = noise(height, width, 1), noise(height, width, 2)
    plain = np.full((height, width, 3), factor, np.float32)
    np.testing.assert_allclose(warp(plain, flow), plain, atol=1e-5)
    together = warp(a + np.float32(factor) * b, flow)
    np.testing.assert_allclose(together, warp(a, flow) + np.float32(factor) * warp(b, flow), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(sides, sides, st.integers(0, 99))
def test_warping_gives_little_more_than_there_was(height: int, width: int, seed: int) -> None:
    field = noise(height, width)
    warped = warp(field, 30 * noise(height, width, seed)[..., :2])
    assert warped.shape == field.shape
    assert warped.dtype == np.float32
    # The sizes of Keys' weights add up to 1.375 at most along each axis.
    assert np.abs(warped).max() <= 1.375**2 * np.abs(field).max() + 1e-5


def test_what_is_given_is_not_written_to() -> None:
    field, flow = noise(20, 30), noise(20, 30)[..., :2].copy()
    before = field.copy(), flow.copy()
    warped = warp(field, flow)
    warped[...] = 0
    same = warp(field, constant_flow(20, 30, 0, 0))
    same[...] = 0
    assert (field == before[0]).all()
    assert (flow == before[1]).all()


@settings(max_examples=30, deadline=None)
@given(st.tuples(st.integers(16, 90), st.integers(16, 90)), st.floats(-9, 9), st.floats(-9, 9))
def test_a_flow_keeps_pointing_at_the_same_place_in_another_size(
    size_wh: tuple[int, int], x: float, y: float
) -> None:
    share = np.full((36, 64), 0.75, np.float32)
    flow, trust = fit(Motion(constant_flow(36, 64, x, y), share, share, cut=False), size_wh)
    assert flow.shape == (size_wh[1], size_wh[0], 2)
    assert trust.shape == size_wh[::-1]
    assert flow.dtype == trust.dtype == np.float32
    assert flow.reshape(-1, 2).min(axis=0) == pytest.approx(
        [x * size_wh[0] / 64, y * size_wh[1] / 36], rel=1e-4, abs=1e-4
    )
    np.testing.assert_allclose(trust, 0.75, atol=1e-5)


def test_fitting_to_the_same_size_changes_nothing_and_the_motion_is_not_written_to() -> None:
    share = noise(36, 64)[..., 0].copy()
    motion = Motion(noise(36, 64)[..., :2].copy(), share, share, cut=False)
    before = motion.flow.copy(), motion.kept.copy()
    flow, trust = fit(motion, (64, 36))
    np.testing.assert_allclose(flow, before[0], atol=1e-6)
    np.testing.assert_allclose(trust, before[1], atol=1e-6)
    fit(motion, (128, 90))
    assert (motion.flow == before[0]).all()
    assert (motion.kept == before[1]).all()


@settings(max_examples=30, deadline=None)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.floats(-2, 2))
def test_a_residual_is_resized_and_a_plain_one_stays_plain(
    from_wh: tuple[int, int], to_wh: tuple[int, int], level: float
) -> None:
    resized = resize(np.full((from_wh[1], from_wh[0], 3), level, np.float32), to_wh)
    assert resized.shape == (to_wh[1], to_wh[0], 3)
    assert resized.dtype == np.float32
    np.testing.assert_allclose(resized, level, atol=1e-5)


def test_a_residual_of_that_size_already_is_given_as_it_is() -> None:
    field = noise(20, 30)
    assert resize(field, (30, 20)) is field


@settings(max_examples=30, deadline=None)
@given(sides, sides, st.floats(0, 1), st.integers(0, 99))
def test_the_warm_start_is_the_image_and_the_trusted_share_of_what_was_carried(
    height: int, width: int, persistence: float, seed: int
) -> None:
    image, carried = noise(height, width) % 1, noise(height, width, seed)
    trust = np.random.default_rng(seed).random((height, width), np.float32)
    before = image.copy(), carried.copy(), trust.copy()
    init = carry(image, carried, trust, persistence)
    np.testing.assert_allclose(
        init, np.clip(image + persistence * trust[..., None] * carried, 0, 1), atol=1e-5
    )
    assert all((a == b).all() for a, b in zip((image, carried, trust), before, strict=True))


@given(sides, sides, st.floats(-4, 4, width=32))
def test_a_share_of_a_field_is_added_in_place(height: int, width: int, most: float) -> None:
    field, more = noise(height, width), noise(height, width, 1)
    share = np.linspace(0, most, height * width, dtype=np.float32).reshape(height, width)
    wanted = field.astype(np.float64) + share[..., None].astype(np.float64) * more
    assert np.shares_memory(add_share(field, more, share), field)
    np.testing.assert_allclose(field, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("persistence", "trust"), [(0.0, 1.0), (1.0, 0.0)])
def test_without_persistence_or_trust_the_image_alone_is_left(persistence: float, trust: float) -> None:
    image = noise(9, 12) % 1
    init = carry(image, noise(9, 12, 1), np.full((9, 12), trust, np.float32), persistence)
    assert (init == image).all()
