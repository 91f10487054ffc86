"""Devices as they are: late, unplugged, frozen, hanging and back again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SourceError
from livedream.frame import Frame
from livedream.sources.camera import Camera
from livedream.sources.fake_camera import FakeDevice, Trouble

GO = threading.Event()
OpenCamera = Callable[..., tuple[Camera, ManualClock]]
ReadFor = Callable[[Camera, float], Frame | None]
Until = Callable[..., None]


@pytest.fixture
def until(read_for: ReadFor) -> Until:
    """Give a function that lets time pass for real, reading, until a condition holds."""

    def wait(condition: Callable[[], bool], camera: Camera, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {camera.health}"
            read_for(camera, 0.06)

    return wait


def test_it_gives_new_pictures_in_order(open_camera: OpenCamera) -> None:
    camera, clock = open_camera(FakeDevice())
    frames = [camera.read(GO) for _ in range(20)]
    indices = [frame.index for frame in frames]
    assert indices == sorted(set(indices))
    assert all(frame.captured_s == clock.now_s() and frame.media_s is None for frame in frames)
    assert camera.info.name == "fake camera"
    assert camera.info.size_wh == (64, 48)
    assert camera.info.fps == 30.0
    assert camera.info.is_device
    assert camera.health.ok
    assert "fake camera: 64x48" in camera.health.message


def test_it_gives_the_newest_not_a_queue(open_camera: OpenCamera) -> None:
    device = FakeDevice()
    camera, _ = open_camera(device)
    before = camera.read(GO).index
    end = time.monotonic() + 60
    while device.reads < before + 8:
        assert time.monotonic() < end, "it reads no more"
        time.sleep(0.002)
    assert camera.read(GO).index > before + 3


def test_the_rate_shown_is_measured(open_camera: OpenCamera) -> None:
    clock = ManualClock()

    def tick(index: int) -> np.ndarray:
        clock.advance(0.05)
        return np.full((4, 4, 3), index % 256, np.uint8)

    camera = Camera(FakeDevice(tick).capture, clock=clock)
    for _ in range(10):
        camera.read(GO)
    assert camera.measured_fps == pytest.approx(20)
    assert "20.0 frames a second" in camera.health.message
    camera.close()


@pytest.mark.parametrize("trouble", ["nothing", "block"])
def test_silence_closes_it_and_it_comes_back(
    open_camera: OpenCamera, trouble: Trouble, read_for: ReadFor, until: Until
) -> None:
    device = FakeDevice(good_reads=5, trouble=trouble)
    camera, clock = open_camera(device)
    until(lambda: device.in_trouble, camera)
    while read_for(camera, 0.06) is not None:
        pass  # what it sent before may still lie there
    last = device.reads
    clock.advance(2.0)
    assert camera.health.state == "stale"
    assert read_for(camera, 0.12) is None
    assert "fake camera has sent no picture for 2 s; trying again in 1 s." in camera.health.message
    clock.advance(0.5)
    until(lambda: device.reads > last and camera.health.ok, camera)
    assert device.opens == 2
    frame = camera.read(GO)
    assert frame.index >= last


def test_a_frozen_picture_counts_as_lost(open_camera: OpenCamera, until: Until) -> None:
    device = FakeDevice(good_reads=3, trouble="repeat")
    camera, clock = open_camera(device)
    until(lambda: device.in_trouble, camera)
    for _ in range(5):
        clock.advance(1.0)
        enough = device.tries + 2
        until(lambda enough=enough: device.tries >= enough or not camera.health.ok, camera)
    until(lambda: "repeated the same picture for 5 s; trying again" in camera.health.message, camera)
    clock.advance(0.5)
    until(lambda: device.opens == 2 and camera.health.ok, camera)


def test_tries_go_on_for_ever_ever_more_seldom(
    open_camera: OpenCamera, read_for: ReadFor, until: Until
) -> None:
    device = FakeDevice(good_reads=2, trouble="raise", absent_opens=7)
    camera, clock = open_camera(device)
    until(lambda: "it was unplugged" in camera.health.message, camera)
    for opens, wait_s in enumerate([0.5, 1, 2, 4, 8, 8, 8], start=2):
        clock.advance(wait_s - 0.01)
        read_for(camera, 0.06)
        assert device.opens == opens - 1
        clock.advance(0.02)
        until(lambda opens=opens: device.opens == opens and camera.health.state == "stale", camera)
        assert "is not there; trying again in" in camera.health.message
    clock.advance(8.1)
    until(lambda: camera.health.ok, camera)
    assert device.releases == device.opens - 1


@pytest.mark.parametrize("end", ["stop", "close"])
def test_read_returns_though_the_device_hangs(open_camera: OpenCamera, end: str) -> None:
    device = FakeDevice(good_reads=1, trouble="block")
    camera, _ = open_camera(device)
    camera.read(GO)
    stop = threading.Event()
    result: list[Any] = []
    reader = threading.Thread(target=lambda: result.append(camera.read(stop)))
    reader.start()
    time.sleep(0.05)
    stop.set() if end == "stop" else camera.close()
    reader.join(60)
    assert result == [None]
    assert device.in_trouble, "it hangs until the test has ended"


def test_a_driver_that_always_hangs_is_not_given_ever_more_threads(
    open_camera: OpenCamera, read_for: ReadFor
) -> None:
    device = FakeDevice(good_reads=1, trouble="block", recovers=False)
    camera, clock = open_camera(device)

    def step() -> str:
        clock.advance(20.0)
        read_for(camera, 0.06)
        return camera.health.message

    while "hangs in its driver" not in step():
        assert device.opens <= 9  # three, but for readers that come to their device late
    opens = device.opens
    for _ in range(9):
        step()
    assert device.opens == opens


def test_the_device_is_given_back(open_camera: OpenCamera, until: Until) -> None:
    device = FakeDevice()
    camera, _ = open_camera(device)
    camera.read(GO)
    camera.close()
    camera.close()
    until(lambda: device.releases == 1, camera)
    assert camera.read(GO) is None
    assert camera.health.state == "off"


def test_what_does_not_open_says_why() -> None:
    device = FakeDevice(absent_opens=1)
    device.in_trouble = True
    with pytest.raises(SourceError, match="is not there"):
        Camera(device.capture, clock=ManualClock())
    assert device.releases == 1


def test_what_opens_but_sends_nothing_says_so() -> None:
    device = FakeDevice(good_reads=0)
    with pytest.raises(SourceError, match="no picture within"):
        Camera(device.capture, clock=ManualClock(), patience_s=0.1)


def test_whatever_a_driver_raises_loses_the_device_which_is_tried_again(
    open_camera: OpenCamera, until: Until
) -> None:
    broken = [False]

    def picture(index: int) -> np.ndarray:
        if broken[0]:
            raise ZeroDivisionError("odd")
        return np.zeros((4, 4, 3), np.uint8) + index % 256

    camera, clock = open_camera(FakeDevice(picture))
    broken[0] = True
    until(lambda: "is lost: ZeroDivisionError: odd" in camera.health.message, camera)
    broken[0] = False
    clock.advance(1.0)
    until(lambda: camera.health.ok, camera)


def test_pictures_of_an_unknown_kind_lose_it_and_are_tried_ever_more_seldom(
    open_camera: OpenCamera, until: Until
) -> None:
    channels = [3]
    device = FakeDevice(lambda index: np.full((4, 4, channels[0]), index % 256, np.uint8))
    camera, clock = open_camera(device)
    channels[0] = 5
    for wait_s in (1, 1, 2, 4):
        until(lambda wait_s=wait_s: camera.health.message.endswith(f"in {wait_s} s."), camera)  # type: ignore[misc]
        assert "is lost: the camera delivers an unknown kind of picture" in camera.health.message
        clock.advance(wait_s)
    channels[0] = 3
    clock.advance(8.0)
    until(lambda: camera.health.ok and camera.read(GO) is not None, camera)


def test_a_camera_of_another_size_after_a_loss_is_told(open_camera: OpenCamera, until: Until) -> None:
    size_hw = [4, 8]
    pictures = FakeDevice(lambda i: np.full((*size_hw, 3), i % 256, np.uint8), good_reads=3, trouble="raise")
    camera, clock = open_camera(pictures)
    until(lambda: "is lost" in camera.health.message, camera)
    size_hw[:] = [6, 10]
    clock.advance(1.0)
    until(lambda: camera.health.ok, camera)
    assert camera.info.size_wh == (10, 6)


def test_once_it_came_back_it_is_tried_again_as_soon_as_at_first(
    open_camera: OpenCamera, until: Until
) -> None:
    def picture(index: int) -> np.ndarray:
        if index in (3, 8):
            raise SourceError("it was unplugged.")
        return np.full((4, 4, 3), index % 256, np.uint8)

    device = FakeDevice(picture)
    camera, clock = open_camera(device)
    for opens in (2, 3):
        until(lambda: "is lost: it was unplugged; trying again in" in camera.health.message, camera)
        clock.advance(0.6)
        until(lambda opens=opens: device.opens == opens, camera)
    until(lambda: camera.health.ok, camera)


def small(_: int) -> np.ndarray:
    return np.full((24, 32, 3), threading.get_ident() % 251, np.uint8)


def test_reopened_it_goes_on_with_what_the_other_capture_gives(
    open_camera: OpenCamera, read_for: ReadFor
) -> None:
    before, after = FakeDevice(), FakeDevice(small)
    camera, _ = open_camera(before)
    asking = threading.Thread(target=camera.reopen, args=(after.capture,))
    asking.start()
    while asking.is_alive():
        read_for(camera, 0.06)
    assert before.releases == 1
    assert camera.info.size_wh == (32, 24)
    assert camera.health.ok


def test_reopened_in_vain_it_is_as_before_and_says_why(open_camera: OpenCamera, until: Until) -> None:
    device, refusing = FakeDevice(), FakeDevice(absent_opens=9)
    refusing.in_trouble = True
    camera, _ = open_camera(device)
    faults: list[SourceError] = []

    def ask() -> None:
        try:
            camera.reopen(refusing.capture)
        except SourceError as fault:
            faults.append(fault)

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: bool(faults) and camera.health.ok, camera)
    assert "is not there" in str(faults[0])
    assert camera.info.size_wh == (64, 48)
    assert device.opens == 2
