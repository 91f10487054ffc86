"""Cameras as they are: what they give, and how they are asked for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from livedream.clock import ManualClock, SystemClock
from livedream.errors import SourceError
from livedream.sources import camera as camera_module
from livedream.sources import open_source
from livedream.sources.camera import MJPG, Camera, DeviceCapture, to_rgb
from livedream.sources.cameras import CameraInfo, list_cameras
from livedream.sources.capture import Opened
from livedream.sources.fake_camera import FakeDevice

GO = threading.Event()
OpenCamera = Callable[..., tuple[Camera, ManualClock]]


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
    assert capture.open() == Opened("camera 0", 30.0, ":0")
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
    with pytest.raises(SourceError, match="mine is not connected"):
        DeviceCapture(CameraInfo(0, "mine", "V4L2", "/dev/video0"), (64, 48), 30.0, list).open()
    with pytest.raises(SourceError, match="another program may be using it"):
        DeviceCapture(CameraInfo(9, "camera 9"), (64, 48), 30.0).open()


def test_a_virtual_camera_that_nothing_feeds_is_told(
    stub: type[StubVideoCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = CameraInfo(9, "Stage", "V4L2", "/dev/null")
    monkeypatch.setattr(camera_module, "is_software", lambda asked: asked == camera)
    with pytest.raises(SourceError, match="nothing feeds Stage"):
        DeviceCapture(camera, (64, 48), 30.0, lambda: [camera]).open()


@pytest.mark.camera
def test_a_real_camera_delivers() -> None:
    if not list_cameras():
        pytest.skip("there is no camera here")
    source = open_source("camera", fps=30, size_wh=(1280, 720), loop=False, clock=SystemClock())
    assert source.read(GO) is not None
    source.close()
