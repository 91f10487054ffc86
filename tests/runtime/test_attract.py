from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.frame import Frame, Rgb
from livedream.runtime.attract import FEWEST, KEPT_FPS, KEPT_PX, MOST, SURE, Attract, PastFrames, kept_size
from livedream.settings import MotionSettings

FPS = 30.0
AFTER_S = 5.0


def texture(shift: int = 0, seed: int = 3) -> Rgb:
    """160x96, rough at 4 px, moved to the right."""
    rough = np.random.default_rng(seed).random((24, 40, 3))
    blocks = (np.kron(rough, np.ones((4, 4, 1))) * 255).astype(np.uint8)
    return np.ascontiguousarray(np.roll(blocks, shift, axis=1))


class Camera:
    """Gives frames that move while it is told so, and tells what of them is shown."""

    def __init__(self, attract: Attract) -> None:
        self.attract = attract
        self.count = self.shift = 0

    def look(self, seconds: float, *, moves: bool, seed: int = 3) -> Iterator[tuple[Frame, Frame]]:
        for _ in range(round(seconds * FPS)):
            self.shift += 2 * moves
            live = Frame(texture(self.shift, seed), 10.0 + self.count / FPS, self.count)
            self.count += 1
            yield live, self.attract.shown(live)


@pytest.fixture
def camera() -> Camera:
    return Camera(Attract(AFTER_S, MotionSettings))


def all_live(seen: Iterator[tuple[Frame, Frame]]) -> bool:
    return all(shown is live for live, shown in seen)


def test_while_something_moves_the_camera_is_shown(camera: Camera) -> None:
    assert all_live(camera.look(3 * AFTER_S, moves=True))


def test_it_begins_after_its_time_of_stillness_and_shows_what_moved(camera: Camera) -> None:
    moved = [live.rgb for live, _ in camera.look(3.0, moves=True)]
    assert all_live(camera.look(AFTER_S - 0.1, moves=False))

    seen = list(camera.look(2.0, moves=False))

    first = next(number for number, (live, shown) in enumerate(seen) if shown is not live)
    assert first / FPS == pytest.approx(0.1, abs=0.1)
    assert all(shown is not live for live, shown in seen[first:])
    for _, shown in seen[first:]:
        nearest = min(np.abs(shown.rgb.astype(int) - rgb).mean() for rgb in moved)
        assert nearest < 12


def test_times_and_size_are_those_of_the_camera(camera: Camera) -> None:
    list(camera.look(2.0, moves=True))
    for live, shown in camera.look(AFTER_S + 2.0, moves=False):
        assert (shown.captured_s, shown.index, shown.size_wh) == (live.captured_s, live.index, live.size_wh)
    assert camera.attract.playing


def test_the_loop_moves_at_the_pace_it_was_seen_at(camera: Camera) -> None:
    list(camera.look(4.0, moves=True))
    list(camera.look(AFTER_S + 0.1, moves=False))
    shown = [shown.rgb for _, shown in camera.look(3.0, moves=False)]

    pictures = 1 + sum(after is not before for before, after in pairwise(shown))

    assert pictures == pytest.approx(3.0 * KEPT_FPS, abs=2)


def test_whoever_comes_is_seen_within_a_few_frames(camera: Camera) -> None:
    list(camera.look(2.0, moves=True))
    list(camera.look(AFTER_S + 1.0, moves=False))
    assert camera.attract.playing

    seen = list(camera.look(0.5, moves=True))

    assert [shown is live for live, shown in seen] == [False] * (SURE - 1) + [True] * (len(seen) - SURE + 1)
    assert not camera.attract.playing


def test_a_single_flash_is_nobody(camera: Camera) -> None:
    list(camera.look(2.0, moves=True))
    list(camera.look(AFTER_S + 1.0, moves=False))

    list(camera.look(1 / FPS, moves=False, seed=9))
    list(camera.look(1.0, moves=False))

    assert camera.attract.playing


def test_where_nothing_has_moved_yet_the_camera_is_shown(camera: Camera) -> None:
    assert all_live(camera.look(3 * AFTER_S, moves=False))


def test_a_loop_is_not_made_of_a_few_frames(camera: Camera) -> None:
    list(camera.look((FEWEST - 3) / KEPT_FPS, moves=True))

    assert all_live(camera.look(2 * AFTER_S, moves=False))


def test_the_motion_floor_says_what_moves() -> None:
    camera = Camera(Attract(AFTER_S, lambda: MotionSettings(floor_px=20.0)))

    assert all_live(camera.look(2 * AFTER_S, moves=True))
    assert len(camera.attract.past) == 0


def test_frames_of_another_size_begin_anew(camera: Camera) -> None:
    list(camera.look(2.0, moves=True))
    list(camera.look(AFTER_S + 1.0, moves=False))
    small = Frame(np.zeros((48, 80, 3), np.uint8), 100.0, 0)

    assert camera.attract.shown(small) is small
    assert len(camera.attract.past) == 0


def test_no_more_than_twenty_seconds_and_a_hundred_megabytes_are_kept() -> None:
    past, large = PastFrames(), np.zeros((1080, 1920, 3), np.uint8)
    past.keep(large, 0.0)
    assert past.held_bytes == KEPT_PX * 1.5
    assert past.held_bytes * MOST < 105e6

    small = np.zeros((36, 64, 3), np.uint8)
    for number in range(1, 1000):
        past.keep(small, number / FPS)
    assert len(past) == MOST == 20 * KEPT_FPS


@settings(max_examples=200)
@given(st.integers(2, 8000), st.integers(2, 8000))
def test_what_is_kept_of_a_frame_is_even_and_bounded(width: int, height: int) -> None:
    across, down = kept_size(width, height)

    assert across % 2 == down % 2 == 0
    assert across * down <= max(KEPT_PX, 2 * across)
    assert across <= width
    assert down <= height


def test_frames_from_different_times_follow_each_other_at_once() -> None:
    past = PastFrames()
    for number in range(10):
        past.keep(
            np.full((36, 64, 3), 10 * number, np.uint8), number / KEPT_FPS + (3600.0 if number > 4 else 0.0)
        )

    levels = [int(past.at(tick / KEPT_FPS + 0.01, (64, 36)).mean().round()) for tick in range(12)]

    assert levels == pytest.approx([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 0, 10], abs=3)


def test_past_frames_of_another_source_are_not_shown(camera: Camera) -> None:
    for _ in camera.look(2.0, moves=True):
        pass
    assert len(camera.attract.past) > 0
    camera.attract.shown(Frame(texture(0), 20.0, 0, shot=1))
    assert len(camera.attract.past) == 0
