"""The clouds: an endless sky that only seed, size, rate and index decide."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.clock import ManualClock
from livedream.sources.clouds import Clouds

SIZE_WH = (160, 90)


@pytest.fixture(scope="module")
def clouds() -> Clouds:
    return Clouds(SIZE_WH, 30.0, seed=3)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(np.int16) - second.astype(np.int16)).mean())


def test_frames_carry_time_and_are_their_own_arrays() -> None:
    clock = ManualClock(5.0)
    source = Clouds(SIZE_WH, 25.0, clock=clock)
    frames = [source.read(threading.Event()) for _ in range(3)]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [frame.media_s for frame in frames] == pytest.approx([0, 0.04, 0.08])
    assert all(frame.captured_s == 5.0 for frame in frames)
    assert not np.shares_memory(frames[0].rgb, frames[1].rgb)
    for frame in frames:
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.flags.c_contiguous
        assert frame.size_wh == SIZE_WH == source.info.size_wh
    assert not source.info.is_device


def test_a_frame_depends_on_its_index_alone(clouds: Clouds) -> None:
    later = clouds.picture(500)
    clouds.picture(7)
    assert np.array_equal(Clouds(SIZE_WH, 30.0, seed=3).picture(500), later)
    assert np.array_equal(clouds.picture(500), later)


def test_another_seed_is_another_sky(clouds: Clouds) -> None:
    assert difference(clouds.picture(0), Clouds(SIZE_WH, 30.0, seed=4).picture(0)) > 5


def test_it_drifts_smoothly_for_hours(clouds: Clouds) -> None:
    for start in (0, 10_000, 5_000_000):
        pictures = [clouds.picture(start + step) for step in range(8)]
        steps = [difference(a, b) for a, b in pairwise(pictures)]
        assert min(steps) > 0.02
        assert max(steps) < 1.5
        assert max(steps) < 1.3 * min(steps)


def test_no_sky_comes_twice_within_minutes(clouds: Clouds) -> None:
    first = clouds.picture(0)
    assert min(difference(first, clouds.picture(30 * second)) for second in range(20, 600, 10)) > 4


def test_there_is_structure_of_middle_size(clouds: Clouds) -> None:
    grey = clouds.picture(0).mean(-1)
    rows = grey - grey.mean(1, keepdims=True)
    assert rows.std() > 8


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 900), st.integers(1, 700), st.integers(0, 10**6))
def test_any_size_and_time(width: int, height: int, index: int) -> None:
    picture = Clouds((width, height), 60.0, seed=1).picture(index)
    assert picture.shape == (height, width, 3)


def test_it_ends_when_told(clouds: Clouds) -> None:
    source = Clouds((32, 18))
    stop = threading.Event()
    assert source.health.ok
    stop.set()
    assert source.read(stop) is None
    source.close()
    source.close()
    assert source.read(threading.Event()) is None
    assert source.health.state == "off"
