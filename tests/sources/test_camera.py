"""Cameras as they are: late, odd, unplugged, frozen and back again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest

from livedream.clock import ManualClock, SystemClock
from livedream.errors import SourceError
from livedream.frame import Frame
from livedream.sources import camera as camera_module
from livedream.sources import open_source
from livedream.sources.camera import MJPG, Camera, DeviceCapture, to_rgb
from livedream.sources.cameras import CameraInfo, list_cameras
from livedream.sources.capture import Opened
from livedream.sources.fake import FakeDevice, Trouble

GO = threading.Event()
OpenCamera = Callable[..., tuple[Camera, ManualClock]]


@pytest.fixture
def open_camera() -> Iterator[OpenCamera]:
    """Give a function that opens a camera on a fake device, with a clock that stands still."""
    opened: list[tuple[Camera, FakeDevice]] = []

    def start(device: FakeDevice) -> tuple[Camera, ManualClock]:
        clock = ManualClock(100.0)
        camera = Camera(device.capture, clock=clock, patience_s=2)
        opened.append((camera, device))
        return camera, clock

    yield start
    for camera, device in opened:
        device.unblock()
        camera.close()


def until(condition: Callable[[], bool], camera: Camera, seconds: float = 3.0) -> None:
    """Let time pass for real, reading, until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {camera.health}"
        read_for(camera, 0.06)


def read_for(camera: Camera, seconds: float) -> Frame | None:
    """Read with a stop that is set after `seconds`."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    frame = camera.read(stop)
    timer.cancel()
    timer.join()
    return frame


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
    camera, _ = open_camera(FakeDevice())
    before = camera.read(GO).index
    time.sleep(0.1)
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


PICTURES: dict[str, tuple[np.ndarray, list[int]]] = {
    "grey": (np.full((7, 5), 90, np.uint8), [90, 90, 90]),
    "grey with a channel": (np.full((7, 5, 1), 90, np.uint8), [90, 90, 90]),
    "16 bit grey": (np.full((7, 5), 90 << 8, np.uint16), [90, 90, 90]),
    "blue first": (np.full((7, 5, 3), (10, 20, 30), np.uint8), [30, 20, 10]),
    "blue first and alpha": (np.full((7, 5, 4), (10, 20, 30, 255), np.uint8), [30, 20, 10]),
    "YUYV": (np.full((7, 6, 2), (126, 128), np.uint8), [128, 128, 128]),
}


@pytest.mark.parametrize(("picture", "rgb"), PICTURES.values(), ids=PICTURES)
def test_every_kind_of_picture_becomes_rgb(
    open_camera: OpenCamera, picture: np.ndarray, rgb: list[int]
) -> None:
    camera, _ = open_camera(FakeDevice(lambda index: picture))
    frame = camera.read(GO)
    assert frame.rgb.shape == (*picture.shape[:2], 3)
    assert frame.rgb.dtype == np.uint8
    assert frame.rgb.flags.c_contiguous
    assert frame.rgb[3, 3].tolist() == pytest.approx(rgb, abs=1)
    assert not np.shares_memory(frame.rgb, picture)


def test_an_unknown_kind_of_picture_is_told() -> None:
    with pytest.raises(SourceError, match="unknown kind"):
        to_rgb(np.zeros((4, 4, 5), np.uint8))


@pytest.mark.parametrize("trouble", ["nothing", "block"])
def test_silence_closes_it_and_it_comes_back(open_camera: OpenCamera, trouble: Trouble) -> None:
    device = FakeDevice(good_reads=5, trouble=trouble)
    camera, clock = open_camera(device)
    until(lambda: device.in_trouble, camera)
    last = device.reads
    clock.advance(2.0)
    assert camera.health.state == "stale"
    assert read_for(camera, 0.12) is None
    assert "fake camera has sent no picture for 2 s; it is tried again in 1 s." in camera.health.message
    clock.advance(0.5)
    until(lambda: device.reads > last and camera.health.ok, camera)
    assert device.opens == 2
    frame = camera.read(GO)
    assert frame.index >= last


def test_a_frozen_picture_counts_as_lost(open_camera: OpenCamera) -> None:
    device = FakeDevice(good_reads=3, trouble="repeat")
    camera, clock = open_camera(device)
    until(lambda: device.in_trouble, camera)
    for _ in range(5):
        clock.advance(1.0)
        camera.read(GO) if camera.health.ok else None
    until(lambda: "repeated the same picture for 5 s; it is tried again" in camera.health.message, camera)
    clock.advance(0.5)
    until(lambda: device.opens == 2 and camera.health.ok, camera)


def test_tries_go_on_for_ever_ever_more_seldom(open_camera: OpenCamera) -> None:
    device = FakeDevice(good_reads=2, trouble="raise", absent_opens=7)
    camera, clock = open_camera(device)
    until(lambda: "it was unplugged" in camera.health.message, camera)
    for opens, wait_s in enumerate([0.5, 1, 2, 4, 8, 8, 8], start=2):
        clock.advance(wait_s - 0.01)
        read_for(camera, 0.06)
        assert device.opens == opens - 1
        clock.advance(0.02)
        until(lambda opens=opens: device.opens == opens and camera.health.state == "stale", camera)
        assert "is not there; it is tried again in" in camera.health.message
    clock.advance(8.1)
    until(lambda: camera.health.ok, camera)
    assert device.releases == device.opens - 1


@pytest.mark.parametrize("end", ["stop", "close"])
def test_read_returns_at_once_though_the_device_hangs(open_camera: OpenCamera, end: str) -> None:
    device = FakeDevice(good_reads=1, trouble="block")
    camera, _ = open_camera(device)
    camera.read(GO)
    stop = threading.Event()
    result: list[Any] = []
    reader = threading.Thread(target=lambda: result.append((camera.read(stop), time.monotonic())))
    reader.start()
    time.sleep(0.05)
    ended = time.monotonic()
    stop.set() if end == "stop" else camera.close()
    reader.join(2)
    assert result[0][0] is None
    assert result[0][1] - ended < 0.25


def test_a_driver_that_always_hangs_is_not_given_ever_more_threads(open_camera: OpenCamera) -> None:
    device = FakeDevice(good_reads=1, trouble="block", recovers=False)
    camera, clock = open_camera(device)
    for _ in range(12):
        clock.advance(20.0)
        read_for(camera, 0.06)
    assert device.opens == 3
    assert "hangs in its driver" in camera.health.message


def test_the_device_is_given_back(open_camera: OpenCamera) -> None:
    device = FakeDevice()
    camera, _ = open_camera(device)
    camera.read(GO)
    camera.close()
    camera.close()
    assert device.releases == 1
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


def test_a_fault_of_ours_reaches_the_owner(open_camera: OpenCamera) -> None:
    def picture(index: int) -> np.ndarray:
        if index > 3:
            raise ZeroDivisionError
        return np.zeros((4, 4, 3), np.uint8) + index

    camera, _ = open_camera(FakeDevice(picture))
    with pytest.raises(ZeroDivisionError):
        read_for(camera, 1.0) and [read_for(camera, 1.0) for _ in range(10)]


def test_a_camera_of_another_size_after_a_loss_is_told(open_camera: OpenCamera) -> None:
    size_hw = [4, 8]
    pictures = FakeDevice(lambda i: np.full((*size_hw, 3), i % 256, np.uint8), good_reads=3, trouble="raise")
    camera, clock = open_camera(pictures)
    until(lambda: "is lost" in camera.health.message, camera)
    size_hw[:] = [6, 10]
    clock.advance(1.0)
    until(lambda: camera.health.ok, camera)
    assert camera.info.size_wh == (10, 6)


class StubVideoCapture:
    """Stands in for cv2.VideoCapture, and remembers what it was asked."""

    made: list[StubVideoCapture]

    def __init__(self, index: int, backend: int) -> None:
        self.index, self.backend = index, backend
        self.asked: list[tuple[int, float]] = []
        StubVideoCapture.made.append(self)

    def isOpened(self) -> bool:  # noqa: N802 (OpenCV's name)
        return self.index != 9

    def set(self, key: int, value: float) -> bool:
        self.asked.append((key, value))
        return True

    def get(self, key: int) -> float:
        return 30.0

    def read(self) -> tuple[bool, np.ndarray | None]:
        return True, np.zeros((2, 2, 3), np.uint8)

    def release(self) -> None:
        self.index = -1


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> type[StubVideoCapture]:
    StubVideoCapture.made = []
    monkeypatch.setattr(camera_module.cv2, "VideoCapture", StubVideoCapture)
    return StubVideoCapture


def test_compressed_pictures_are_asked_for_before_the_size(stub: type[StubVideoCapture]) -> None:
    capture = DeviceCapture(CameraInfo(0, "camera 0"), (1280, 720), 30.0)
    assert capture.open() == Opened("camera 0", 30.0)
    asked = dict(stub.made[0].asked)
    assert next(iter(asked)) == cv2.CAP_PROP_FOURCC
    assert asked[cv2.CAP_PROP_FOURCC] == MJPG
    assert asked[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert asked[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert asked[cv2.CAP_PROP_FPS] == 30.0
    assert capture.read()[0]
    capture.release()
    assert stub.made[0].index == -1


def test_a_camera_is_found_by_name_at_its_new_index(stub: type[StubVideoCapture]) -> None:
    now = [CameraInfo(0, "other", "V4L2", "/dev/video0"), CameraInfo(4, "mine", "V4L2", "/dev/video4")]
    DeviceCapture(CameraInfo(0, "mine", "V4L2", "/dev/video0"), (64, 48), 30.0, lambda: now).open()
    assert (stub.made[0].index, stub.made[0].backend) == (4, cv2.CAP_V4L2)


def test_a_camera_that_is_gone_or_busy_is_told(stub: type[StubVideoCapture]) -> None:
    with pytest.raises(SourceError, match="mine is not there"):
        DeviceCapture(CameraInfo(0, "mine", "V4L2", "/dev/video0"), (64, 48), 30.0, list).open()
    with pytest.raises(SourceError, match="another program may hold it"):
        DeviceCapture(CameraInfo(9, "camera 9"), (64, 48), 30.0).open()


@pytest.mark.camera
def test_a_real_camera_delivers() -> None:
    if not list_cameras():
        pytest.skip("there is no camera here")
    source = open_source("camera", fps=30, size_wh=(1280, 720), loop=False, clock=SystemClock())
    assert source.read(GO) is not None
    source.close()
