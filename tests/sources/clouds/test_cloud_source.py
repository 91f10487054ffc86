"""The clouds: an endless sky that only seed, size, rate and index decide."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.sources.clouds.cloud_source import Clouds

SIZE_WH = (160, 90)
Difference = Callable[[np.ndarray, np.ndarray], float]


@pytest.fixture(scope="module")
def clouds() -> Clouds:
    return Clouds(SIZE_WH, 30.0, seed=3)


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


def test_another_seed_is_another_sky(clouds: Clouds, difference: Difference) -> None:
    assert difference(clouds.picture(0), Clouds(SIZE_WH, 30.0, seed=4).picture(0)) > 5


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
