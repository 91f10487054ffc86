"""Optical flow on pictures whose motion is known, because they are windows into one large texture."""

import subprocess
import sys
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.motion.flow import MEASURED_BY, FlowEstimator, Motion, grey, measures_alike, smoothed
from livedream.motion.sampling import Grey, grid_of, sample
from livedream.settings import MotionSettings

HEIGHT, WIDTH, BORDER = 144, 256, 28
WISHES = MotionSettings()
STRICT = MotionSettings(tolerance_px=1.0, tolerance_levels=20.0)
INNER = (slice(BORDER, -BORDER), slice(BORDER, -BORDER))


def texture(seed: int, height: int = HEIGHT + 100, width: int = WIDTH + 100) -> Grey:
    noise = np.random.default_rng(seed).random((height, width), np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()) * 255).astype(np.uint8)


def window(x: float = 0.0, y: float = 0.0, seed: int = 0) -> Grey:
    """Look into a texture at (50 + x, 50 + y)."""
    move = np.array([[1, 0, -50 - x], [0, 1, -50 - y]], np.float32)
    return np.asarray(cv2.warpAffine(texture(seed), move, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC))


def measure(current: Grey, previous: Grey, wishes: MotionSettings = WISHES) -> Motion:
    return FlowEstimator().measure(current, previous, wishes)


@pytest.mark.parametrize(
    "moved", [(1, 0), (0, 1), (-3, 2), (5, -4), (10, 0), (0.5, 0.25), (-0.5, 0.75), (2.3, -1.7)]
)
def test_the_flow_points_from_the_current_picture_to_the_previous_one(moved: tuple[float, float]) -> None:
    # What is at p now was at p + moved before: previous(p + flow(p)) = current(p).
    motion = measure(window(*moved), window())
    flow = motion.flow[INNER].reshape(-1, 2)
    assert flow.mean(axis=0) == pytest.approx(moved, abs=0.15)
    assert np.percentile(np.linalg.norm(flow - moved, axis=1), 95) < 0.3
    assert motion.trust[INNER].mean() > 0.9
    assert not motion.cut


def test_the_flow_turns_around_when_the_pictures_do() -> None:
    there, back = measure(window(4, -2), window()), measure(window(), window(4, -2))
    assert np.abs(there.flow[INNER] + back.flow[INNER]).max() < 0.5


def test_a_still_picture_has_no_flow_and_full_trust() -> None:
    motion = measure(window(), window())
    assert np.abs(motion.flow).max() == 0
    assert motion.trust.min() > 0.99
    assert not motion.cut


def test_shapes_and_ranges() -> None:
    motion = measure(window(3, 3), window())
    assert motion.flow.shape == (HEIGHT, WIDTH, 2)
    assert motion.trust.shape == (HEIGHT, WIDTH)
    assert motion.flow.dtype == motion.trust.dtype == np.float32
    assert motion.trust.min() >= 0
    assert motion.trust.max() <= 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_unrelated_pictures_are_a_cut_and_nothing_is_trusted(seed: int) -> None:
    motion = measure(window(seed=seed), window())
    assert motion.cut is True
    assert (motion.trust == 0).all()


def test_settings_that_motion_is_not_measured_by_have_no_part_in_it() -> None:
    read = set[str]()

    class Reading:
        def __getattr__(self, name: str) -> object:
            read.add(name)
            return getattr(WISHES, name)

    for current in (window(2, 1), window(seed=1)):
        FlowEstimator().measure(current, window(), Reading())  # type: ignore[arg-type]
    assert read == set(MEASURED_BY)
    assert measures_alike(WISHES, WISHES.model_copy(update={"persistence": 0.1, "recall": 0.2}))
    for name in MEASURED_BY:
        assert not measures_alike(WISHES, WISHES.model_copy(update={name: 0.123}))


def test_from_which_share_on_it_is_a_cut_is_a_wish() -> None:
    assert not measure(window(seed=1), window(), MotionSettings(cut_share=0.0)).cut
    moved = window(8, 5), window()
    assert not measure(*moved).cut
    assert measure(*moved, MotionSettings(cut_share=1.0)).cut


def test_what_has_newly_appeared_is_not_trusted() -> None:
    current = window()
    current[50:90, 100:150] = window(seed=9)[50:90, 100:150]
    motion = measure(current, window(), STRICT)
    assert motion.trust[56:84, 106:144].mean() < 0.4
    assert motion.trust[:36].mean() > 0.95
    assert motion.trust[:, :80].mean() > 0.95
    assert not motion.cut


def test_what_an_object_uncovers_is_not_trusted() -> None:
    pictures = [window(), window()]
    for picture, x in zip(pictures, (88, 80), strict=True):  # it moves 8 to the right
        picture[32:112, x : x + 96] = window(seed=5)[32:112, 80:176]
    motion = measure(pictures[0], pictures[1])
    inside, uncovered = (slice(48, 96), slice(110, 160)), (slice(40, 104), slice(80, 88))
    assert motion.flow[inside].reshape(-1, 2).mean(axis=0) == pytest.approx((-8, 0), abs=0.5)
    assert motion.trust[inside].mean() > 0.9, "the object itself is"
    assert motion.trust[uncovered].mean() < 0.5


def test_what_enters_at_the_edge_is_not_trusted() -> None:
    motion = measure(window(-10, 0), window())  # all moves right, the left edge is new
    assert motion.trust[:, :5].mean() < 0.5
    assert motion.trust[INNER].mean() > 0.9


def test_a_jump_in_brightness_lowers_the_trust_the_more_the_larger_it_is() -> None:
    dark = np.minimum(window(), 150)
    trusts = [measure(dark + np.uint8(jump), dark, STRICT).trust.mean() for jump in (0, 15, 25)]
    assert trusts[0] > 0.99
    assert trusts[0] > trusts[1] + 0.1
    assert trusts[1] > trusts[2] + 0.1
    assert measure(dark + np.uint8(80), dark).cut


def test_the_tolerances_decide_what_is_trusted() -> None:
    dark = np.minimum(window(), 150)
    brighter = dark + np.uint8(20)
    strict = measure(brighter, dark, MotionSettings(tolerance_levels=8.0, cut_share=0)).trust.mean()
    lenient = measure(brighter, dark, MotionSettings(tolerance_levels=100.0)).trust.mean()
    assert strict < 0.3
    assert lenient > 0.9
    moved = window(9, 6), window()
    narrow = measure(*moved, MotionSettings(tolerance_px=0.05, cut_share=0)).trust.mean()
    assert measure(*moved, MotionSettings(tolerance_px=5.0)).trust.mean() > narrow


@pytest.mark.parametrize("levels", [2, 4])
def test_a_camera_s_noise_keeps_the_trust_and_is_not_taken_for_motion(levels: float) -> None:
    rng = np.random.default_rng(0)
    noisy = [
        np.clip(window() + rng.normal(0, levels, (HEIGHT, WIDTH)), 0, 255).astype(np.uint8) for _ in range(2)
    ]
    motion = measure(noisy[0], noisy[1])
    assert motion.trust.mean() > 0.9
    assert np.abs(motion.flow).mean() < 0.1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_does_not_move(level: int) -> None:
    plain = np.full((HEIGHT, WIDTH), level, np.uint8)
    motion = measure(plain, plain)
    assert np.abs(motion.flow).max() == 0
    assert motion.trust.min() > 0.99


def test_the_same_pictures_give_the_same_motion_whatever_came_before() -> None:
    estimator = FlowEstimator()
    first = estimator.measure(window(3, 1), window(), WISHES)
    kept = first.flow.copy()
    estimator.measure(window(seed=4), window(seed=5), WISHES)
    assert (first.flow == kept).all(), "what was measured is the caller's to keep"
    again = estimator.measure(window(3, 1), window(), WISHES)
    assert (again.flow == kept).all()
    assert (again.trust == first.trust).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(32, 300), st.integers(32, 300), st.integers(0, 100))
def test_any_size_can_be_measured_and_the_pictures_are_not_written_to(
    height: int, width: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    current, previous = (rng.integers(0, 256, (height, width), np.uint8) for _ in range(2))
    before = current.copy(), previous.copy()
    motion = measure(current, previous)
    assert motion.flow.shape == (height, width, 2)
    assert np.isfinite(motion.flow).all()
    assert motion.trust.min() >= 0
    assert motion.trust.max() <= 1
    assert (current == before[0]).all()
    assert (previous == before[1]).all()


MEASURE_NOISE = """
import sys
import numpy as np
from livedream.motion.flow import FlowEstimator, grey
from livedream.settings import MotionSettings
rng, width, height = np.random.default_rng(0), int(sys.argv[1]), int(sys.argv[2])
for _ in range(10):
    frames = [rng.integers(0, 256, (height, width, 3), np.uint8) for _ in range(2)]
    FlowEstimator().measure(*[grey(frame, 256) for frame in frames], MotionSettings())
"""


@pytest.mark.parametrize(
    "size_wh", [(2000, 200), (1000, 64), (900, 4), (200, 2000), (4, 900), (1, 1), (8, 8)]
)
def test_a_strip_of_a_picture_can_be_measured(size_wh: tuple[int, int]) -> None:
    # In a process of its own, since OpenCV's flow has been seen to crash on low, wide pictures.
    ran = subprocess.run([sys.executable, "-c", MEASURE_NOISE, *map(str, size_wh)], check=False)
    assert ran.returncode == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_a_grey_picture_is_small_whatever_the_frame(width: int, height: int) -> None:
    small = grey(np.zeros((height, width, 3), np.uint8), 256)
    assert small.dtype == np.uint8
    assert min(small.shape) >= 32
    assert max(small.shape) == 256
    if max(width, height) <= 8 * min(width, height):
        assert small.shape[1] / small.shape[0] == pytest.approx(width / height, rel=0.05)


def test_grey_weighs_red_green_and_blue_as_the_eye_does() -> None:
    greys = []
    for channel in range(3):
        rgb = np.zeros((90, 160, 3), np.uint8)
        rgb[..., channel] = 255
        greys.append(float(grey(rgb, 64).mean()))
    assert greys == pytest.approx([76, 150, 29], abs=1)


def test_a_picture_that_becomes_grey_is_not_written_to() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    before = rgb.copy()
    grey(rgb, 64)
    assert (rgb == before).all()


def test_a_grid_gives_each_pixel_its_own_position() -> None:
    grid = grid_of(3, 5)
    assert grid.shape == (3, 5, 2)
    assert grid[2, 4].tolist() == [4, 2]
    assert grid.dtype == np.float32
    picture = np.random.default_rng(0).random((3, 5, 2), np.float32)
    assert (sample(picture, grid) == picture).all()


@pytest.mark.parametrize("make", [lambda a: a[..., 0], lambda a: a, lambda a: (a * 255).astype(np.uint8)])
def test_sampling_repeats_the_edges(make: Callable[[np.ndarray], np.ndarray]) -> None:
    picture = make(np.random.default_rng(0).random((6, 7, 3), np.float32))
    far = np.full((1, 1, 2), 1000, np.float32)
    assert (sample(picture, far)[0, 0] == picture[-1, -1]).all()
    assert (sample(picture, -far)[0, 0] == picture[0, 0]).all()


def test_what_is_not_trusted_moves_as_the_whole_picture_does() -> None:
    current = window(6, -3)
    current[50:90, 100:150] = window(seed=9)[50:90, 100:150]
    motion = measure(current, window(), STRICT)
    doubtful = motion.flow[60:80, 110:140][motion.trust[60:80, 110:140] == 0]
    assert len(doubtful) > 50
    assert np.abs(doubtful - np.array([6, -3])).mean() < 0.6


def test_a_wall_does_not_move_with_who_passes_before_it() -> None:
    pictures = [window(), window()]
    for picture, x in zip(pictures, (86, 80), strict=True):
        picture[32:112, x : x + 96] = window(seed=5)[32:112, 80:176]
    motion = measure(*pictures)
    beside = [motion.flow[40:104, 60:76], motion.flow[40:104, 188:204], motion.flow[8:26, 90:170]]
    assert all(np.abs(flow).mean() < 0.15 for flow in beside)
    assert motion.flow[48:96, 110:160].reshape(-1, 2).mean(axis=0) == pytest.approx((-6, 0), abs=0.5)
    assert np.abs(motion.whole - np.eye(2, 3)).max() < 0.05


def test_how_much_is_kept_is_the_trust_and_a_share_of_the_rest() -> None:
    current = window()
    current[50:90, 100:150] = window(seed=9)[50:90, 100:150]
    motion = measure(current, window(), STRICT.model_copy(update={"fill": 0.5}))
    np.testing.assert_allclose(motion.kept, 0.5 + 0.5 * motion.trust, atol=1e-6)
    cut = measure(window(seed=1), window(), MotionSettings(cut_keep=0.3))
    assert (cut.kept == np.float32(0.3)).all()
    assert (cut.flow == 0).all()


def test_the_faster_the_motion_the_more_it_may_disagree() -> None:
    strict = MotionSettings(tolerance_px=0.1)
    slow, fast = (measure(window(x, 0), window(), strict).trust[INNER].mean() for x in (0.4, 9.3))
    assert fast > 0.9 * slow


def test_a_smoothed_flow_keeps_what_moves_alike_and_has_no_steps() -> None:
    alike = np.broadcast_to(np.array([1.5, -2.0], np.float32), (90, 160, 2)).copy()
    np.testing.assert_allclose(smoothed(alike), alike, atol=1e-5)
    blocks = alike.copy()
    blocks[:, 80:] *= 3
    soft = smoothed(blocks)
    assert np.abs(np.diff(soft, axis=1)).max() < 0.15 * np.abs(np.diff(blocks, axis=1)).max()
    np.testing.assert_allclose(soft[:, [10, 150]], blocks[:, [10, 150]], atol=0.02)
