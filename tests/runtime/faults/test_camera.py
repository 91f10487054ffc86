from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock, SystemClock
from livedream.errors import SourceError
from livedream.runtime.faults.camera import KEY_FRAMES, SLOW_FPS, FaultyCamera, FaultyCapture, FaultyDevice
from livedream.sources.camera import to_rgb
from livedream.sources.capture import Picture
from tests.runtime.conftest import Drifting
from tests.runtime.faults.conftest import WatchedInjector


class Seen(Drifting):
    """Drifts, and keeps what it gave last."""

    def read(self, stop: threading.Event) -> Any:
        self.last = super().read(stop)
        return self.last


class Camera:
    """One use of a camera that sees what drifts, by a clock that the test is the master of."""

    def __init__(self, injector: WatchedInjector, count: int | None = None) -> None:
        self.injector, self.clock, self.source = injector, ManualClock(), Seen(count)
        self.capture = FaultyCapture(FaultyDevice(self.source, injector, self.clock), injector)

    def pictures(self, count: int) -> list[Picture]:
        read = [self.capture.read() for _ in range(count)]
        assert all(arrived for arrived, _ in read)
        return [picture for _, picture in read]

    def is_well(self) -> bool:
        """Read once: whether what comes is what is to be seen now."""
        arrived, picture = self.capture.read()
        return arrived and np.array_equal(to_rgb(picture), self.source.last.rgb)


@pytest.fixture
def camera(injector: WatchedInjector) -> Camera:
    camera = Camera(injector)
    assert camera.is_well(), "before the fault"
    return camera


def test_an_unplugged_camera_sends_nothing_and_does_not_open_until_it_is_back(camera: Camera) -> None:
    camera.injector.begin("camera-unplugged")
    with pytest.raises(SourceError, match="unplugged"):
        camera.capture.read()
    for times in (1, 2):
        with pytest.raises(SourceError, match="not connected"):
            camera.capture.open()
        assert camera.injector.met["camera-unplugged"] == times
    camera.injector.end("camera-unplugged")
    assert camera.capture.open().fps == camera.source.info.fps
    assert camera.is_well()


def test_a_frozen_camera_repeats_its_last_picture_byte_for_byte(camera: Camera) -> None:
    last = to_rgb(camera.pictures(1)[0])
    camera.injector.begin("camera-frozen")
    frozen = camera.pictures(3)
    assert all(np.array_equal(to_rgb(picture), last) for picture in frozen)
    assert not np.shares_memory(frozen[0], frozen[1]), "whoever reads may write to it"
    camera.injector.end("camera-frozen")
    assert camera.is_well()
    assert not np.array_equal(camera.source.last.rgb, last)


def test_a_read_that_hangs_comes_back_at_the_end_of_the_fault(camera: Camera) -> None:
    arrived, picture = camera.injector.result_after_hanging("camera-hangs", camera.capture.read)
    assert arrived
    assert np.array_equal(to_rgb(picture), camera.source.last.rgb)
    assert camera.is_well()


def test_a_slow_camera_sends_three_a_second_and_catches_nothing_up_afterwards(camera: Camera) -> None:
    def took_s(count: int) -> float:
        start_s = camera.clock.now_s()
        camera.pictures(count)
        return camera.clock.now_s() - start_s

    assert took_s(10) == pytest.approx(10 / camera.source.info.fps)
    camera.injector.begin("camera-slow")
    assert took_s(6) == pytest.approx(6 / SLOW_FPS)
    camera.injector.end("camera-slow")
    assert took_s(10) == pytest.approx(10 / camera.source.info.fps)


def test_a_camera_that_was_not_read_for_long_sends_no_flood(camera: Camera) -> None:
    camera.clock.advance(10.0)
    before_s = camera.clock.now_s()
    camera.pictures(11)
    assert camera.clock.now_s() - before_s == pytest.approx(10 / camera.source.info.fps)


def test_pictures_of_another_size_are_narrower_and_even(camera: Camera) -> None:
    camera.injector.begin("camera-size")
    (picture,) = camera.pictures(1)
    assert picture.shape == (96, 96, 3)
    assert np.array_equal(to_rgb(picture), camera.source.last.rgb[:, :96])
    camera.injector.end("camera-size")
    assert camera.is_well()


def test_formats_change_with_each_picture_and_all_of_them_can_be_read(camera: Camera) -> None:
    camera.injector.begin("camera-format")
    kinds = set()
    for _ in range(4):
        (picture,) = camera.pictures(1)
        kinds.add((picture.dtype.name, picture.shape[2:]))
        grey = [rgb.astype(float).mean(axis=2) for rgb in (to_rgb(picture), camera.source.last.rgb)]
        assert np.abs(grey[0] - grey[1]).mean() < 30
    assert kinds == {("uint8", ()), ("uint8", (2,)), ("uint8", (4,)), ("uint16", (3,))}
    camera.injector.end("camera-format")
    assert camera.is_well()


def test_an_odd_format_is_one_that_nobody_can_read(camera: Camera) -> None:
    camera.injector.begin("camera-odd-format")
    with pytest.raises(SourceError, match="unknown kind of picture"):
        to_rgb(camera.pictures(1)[0])
    camera.injector.end("camera-odd-format")
    assert camera.is_well()


def test_damaged_packets_give_no_picture_until_the_next_key_frame_is_whole(camera: Camera) -> None:
    camera.injector.begin("corrupt-packets")
    assert not any(camera.capture.read()[0] for _ in range(10))
    camera.injector.end("corrupt-packets")
    arrived = [camera.capture.read() for _ in range(2 * KEY_FRAMES)]
    assert not arrived[0][0], "predicted from what was lost"
    decoded = [to_rgb(picture) for has_arrived, picture in arrived if has_arrived]
    assert len(decoded) >= KEY_FRAMES
    assert np.abs(decoded[-1].astype(float) - camera.source.last.rgb).mean() < 12
    assert camera.is_well(), "sent as it is again"


@pytest.mark.parametrize("name", ["camera-frozen", "camera-hangs", "camera-odd-format", "corrupt-packets"])
def test_each_time_it_is_opened_in_vain_is_counted(camera: Camera, name: str) -> None:
    camera.capture.open()
    assert not camera.injector.met.total()
    camera.injector.begin(name)
    camera.capture.open()
    camera.injector.end(name)
    camera.capture.open()
    assert +camera.injector.met == {name: 1}


def test_where_the_source_ends_the_camera_fails(injector: WatchedInjector) -> None:
    camera = Camera(injector, count=1)
    assert camera.is_well()
    with pytest.raises(SourceError, match="has ended"):
        camera.capture.read()


def test_a_faulty_camera_is_read_as_any_other_and_closes_what_it_shows(
    injector: WatchedInjector, make_source: Callable[..., Drifting]
) -> None:
    source = make_source()
    camera = FaultyCamera(source, injector, SystemClock())
    frame = camera.read(threading.Event())
    assert frame is not None
    assert frame.rgb.shape == (96, 128, 3)
    assert (camera.info.name, camera.info.fps, camera.info.is_device) == ("test camera", 100.0, True)
    camera.close()
    assert source.closed == 1
