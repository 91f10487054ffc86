import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np
import pytest
import pyvirtualcam
from numpy.typing import NDArray
from pyvirtualcam.camera import BACKENDS
from pyvirtualcam.util import decode_fourcc

from livedream.clock import ManualClock
from livedream.errors import InputError, SinkError
from livedream.frame import Rgb
from livedream.sinks.sink import Sink
from livedream.sinks.virtual_camera import VirtualCamera

RED = (255, 0, 0)


def frame(width: int, height: int, colour: tuple[int, int, int] = RED) -> Rgb:
    return np.full((height, width, 3), colour, np.uint8)


def write_all(sink: VirtualCamera, ticks: Iterable[int]) -> None:
    for tick in ticks:
        sink.write(frame(64, 48), tick / 30)


class Device:
    """A backend under the real pyvirtualcam.Camera; what it does is set on the class."""

    opened: ClassVar[list["Device"]]
    fault: Exception | None
    send_fault: Exception | None
    send_s: float
    clock: ManualClock

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None) -> None:
        if self.fault is not None:
            raise self.fault
        if device not in (None, "Dream Camera"):
            raise RuntimeError(f"Device {device} does not exist.")
        if any(not other.closed for other in self.opened):
            raise RuntimeError("Device Dream Camera is already in use.")
        self.size_wh, self.fps, self.format = (width, height), fps, decode_fourcc(fourcc)
        self.frames: list[NDArray[np.uint8]] = []
        self.closed = False
        self.opened.append(self)

    def send(self, data: NDArray[np.uint8]) -> None:
        self.clock.advance(self.send_s)
        if self.send_fault is not None:
            raise self.send_fault
        self.frames.append(data.copy())

    def close(self) -> None:
        assert not self.closed
        self.closed = True

    def device(self) -> str:
        return "Dream Camera"

    def native_fourcc(self) -> None:
        return None


@pytest.fixture
def device() -> Iterator[type[Device]]:
    class Fresh(Device):
        opened: ClassVar[list[Device]] = []
        fault = send_fault = None
        send_s = 0.0
        clock = ManualClock()

    before = dict(BACKENDS)
    BACKENDS.clear()
    pyvirtualcam.register_backend("fake", Fresh)
    yield Fresh
    BACKENDS.clear()
    BACKENDS.update(before)


def test_frames_of_any_size_arrive_at_the_one_size_of_the_camera(device: type[Device]) -> None:
    sink: Sink = VirtualCamera(size_wh=(320, 180))
    assert sink.open((640, 480), 25) == "Dream Camera at 320x180, 25 fps, from 640x480"
    for index, (width, height) in enumerate([(640, 480), (320, 180), (1, 50), (1920, 1080)]):
        sink.write(frame(width, height), index / 25)
    sink.close()
    sink.close()
    (camera,) = device.opened
    assert (camera.size_wh, camera.fps, camera.format, camera.closed) == ((320, 180), 25, "I420", True)
    assert [data.shape for data in camera.frames] == [(320 * 180 * 3 // 2,)] * 4


def test_colours_are_those_of_a_webcam(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(64, 48))
    sink.open((64, 48), 30)
    for colour in [RED, (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)]:
        sink.write(frame(64, 48, colour), 0.0)
        red, green, blue = (value / 255 for value in colour)
        luma = 0.299 * red + 0.587 * green + 0.114 * blue
        expected = (16 + 219 * luma, 128 + 224 * (blue - luma) / 1.772, 128 + 224 * (red - luma) / 1.402)
        planes = np.split(device.opened[0].frames[-1], [64 * 48, 64 * 48 * 5 // 4])
        for plane, value in zip(planes, expected, strict=True):
            assert np.abs(plane - value).max() <= 1.5
    sink.close()


def test_unity_capture_gets_rgba_which_saves_it_two_conversions(device: type[Device]) -> None:
    pyvirtualcam.register_backend("unitycapture", device)
    sink = VirtualCamera(size_wh=(64, 48), backend="unitycapture")
    sink.open((64, 48), 30)
    sink.write(frame(64, 48), 0.0)
    (camera,) = device.opened
    assert camera.format == "ABGR"
    assert (camera.frames[0].reshape(48, 64, 4) == (255, 0, 0, 255)).all()
    sink.close()


def test_letterboxed_frames_have_black_bars(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(160, 90))
    sink.open((90, 90), 30)
    sink.write(frame(90, 90, (255, 255, 255)), 0.0)
    luma = device.opened[0].frames[0][: 160 * 90].reshape(90, 160)
    assert (luma[:, :35] == 16).all()
    assert (luma[:, 35:125] == 235).all()
    assert (luma[:, 125:] == 16).all()
    sink.close()


@pytest.mark.parametrize("size_wh", [(1281, 720), (1280, 721), (0, 0), (-2, 2)])
def test_an_odd_size_is_refused_with_a_good_one(size_wh: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=f"{size_wh[0]}x{size_wh[1]} .*such as 1280x720"):
        VirtualCamera(size_wh=size_wh)


def test_a_wrong_device_is_named(device: type[Device]) -> None:
    with pytest.raises(SinkError, match="The virtual camera Nightmare cannot start because there is no such"):
        VirtualCamera("Nightmare").open((64, 48), 30)


def test_a_busy_device_is_told_and_can_be_opened_once_it_is_free(device: type[Device]) -> None:
    first, second = VirtualCamera(), VirtualCamera()
    assert second.retry_s == 5.0
    first.open((64, 48), 30)
    with pytest.raises(SinkError, match="because another program feeds it"):
        second.open((64, 48), 30)
    first.close()
    assert second.open((1280, 720), 30) == "Dream Camera at 1280x720, 30 fps"
    second.close()


def test_an_unknown_backend_is_named_with_those_that_are_known(device: type[Device]) -> None:
    with pytest.raises(SinkError, match="There is no virtual camera backend obbs here; available: fake"):
        VirtualCamera(backend="obbs").open((64, 48), 30)


def test_the_next_backend_is_tried_and_the_most_telling_reason_is_told(device: type[Device]) -> None:
    class Absent(Device):
        fault = RuntimeError("OBS Virtual Camera device not found!")

    BACKENDS.clear()
    pyvirtualcam.register_backend("obs", Absent)
    pyvirtualcam.register_backend("fake", device)
    sink = VirtualCamera()
    assert sink.open((1280, 720), 30).startswith("Dream Camera")
    sink.close()
    device.fault = RuntimeError("Permission denied")
    with pytest.raises(SinkError, match="this user may not write to it"):
        sink.open((1280, 720), 30)


def test_a_system_without_virtual_cameras_is_told(device: type[Device]) -> None:
    BACKENDS.clear()
    with pytest.raises(SinkError, match="no virtual cameras for this system"):
        VirtualCamera().open((64, 48), 30)


def test_a_library_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(SinkError, match="its library does not load") as caught:
        VirtualCamera().open((64, 48), 30)
    assert "pip install" in caught.value.remedy


def test_it_opens_and_closes_twenty_times(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(64, 48))
    for _ in range(20):
        assert sink.open((64, 48), 30) == "Dream Camera at 64x48, 30 fps"
        sink.write(frame(64, 48), 0.0)
        sink.close()
    assert [(len(camera.frames), camera.closed) for camera in device.opened] == [(1, True)] * 20


def test_a_device_that_is_not_there_the_second_time_is_told_and_found_again(
    device: type[Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    sink = VirtualCamera(size_wh=(64, 48))
    for _ in range(2):
        device.fault = None
        sink.open((64, 48), 30)
        sink.close()
        device.fault = RuntimeError("No v4l2 loopback device found at /dev/video10.")
        with pytest.raises(SinkError, match="none is loaded here") as caught:
            sink.open((64, 48), 30)
        assert "video_nr=10 " in caught.value.remedy
    assert sink.probe().state == "failed"


def test_colour_bars_come_back_with_their_colours(device: type[Device], bars: Rgb) -> None:
    sink = VirtualCamera(size_wh=(96, 24))
    sink.open((96, 24), 30)
    sink.write(bars, 0.0)
    i420 = device.opened[0].frames[0].reshape(36, 96)
    shown = cv2.cvtColor(i420, cv2.COLOR_YUV2RGB_I420)
    assert np.abs(shown[12, 8::16].astype(int) - bars[12, 8::16]).max() <= 4
    sink.close()


def test_a_failing_send_is_told_and_the_camera_can_be_opened_again(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(64, 48))
    sink.open((64, 48), 30)
    sink.write(frame(64, 48), 0.0)
    device.send_fault = RuntimeError("Stream does not exist.")
    with pytest.raises(SinkError, match=r"Dream Camera has stopped taking frames \(Stream does not exist"):
        sink.write(frame(64, 48), 1 / 30)
    sink.close()
    with pytest.raises(SinkError, match="not open"):
        sink.write(frame(64, 48), 2 / 30)
    device.send_fault = None
    sink.open((64, 48), 30)
    sink.write(frame(64, 48), 3 / 30)
    assert [len(camera.frames) for camera in device.opened] == [1, 1]
    sink.close()


def test_a_camera_that_hangs_frame_after_frame_is_told(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(64, 48), clock=device.clock)
    sink.open((64, 48), 30)
    for index in range(40):  # now and then, or a little late, is no failure
        device.send_s = 0.5 if index % 5 == 0 else 0.09
        sink.write(frame(64, 48), index / 30)
    device.send_s = 0.25
    with pytest.raises(SinkError, match="hangs: a frame takes 250 ms instead of 33 ms at most"):
        write_all(sink, range(40, 50))
    assert len(device.opened[0].frames) == 50
    sink.close()


def test_a_device_whose_file_is_gone_is_told(
    device: type[Device], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(device, "device", lambda self: "/dev/video_that_is_not_there")
    sink = VirtualCamera(size_wh=(64, 48))
    sink.open((64, 48), 30)
    with pytest.raises(SinkError, match="/dev/video_that_is_not_there is gone"):
        write_all(sink, range(31))
    assert len(device.opened[0].frames) == 31
    sink.close()


def test_closing_a_broken_device_does_no_harm(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    sink = VirtualCamera(size_wh=(64, 48))
    sink.open((64, 48), 30)
    closed = []

    def close(self: Device) -> None:
        closed.append(self)
        if len(closed) == 1:
            raise RuntimeError("the device is gone")

    monkeypatch.setattr(device, "close", close)
    sink.close()
    sink.close()
    assert closed


def test_probe_starts_and_lets_go(device: type[Device]) -> None:
    sink = VirtualCamera(size_wh=(64, 48), fps=25)
    health = sink.probe()
    assert (health.state, health.message) == ("live", "Dream Camera at 64x48, 25 fps")
    assert device.opened[0].closed
    assert device.opened[0].frames == []
    sink.open((64, 48), 30)
    assert sink.probe().state == "live"
    assert not device.opened[1].closed
    assert len(device.opened) == 2
    sink.close()


def test_probe_tells_why_not_and_what_to_do(device: type[Device], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    device.fault = RuntimeError("OBS Virtual Camera device not found!")
    health = VirtualCamera().probe()
    assert health.state == "failed"
    assert "none is loaded here" in health.message
    assert "winget install OBSProject.OBSStudio" in health.remedy


@pytest.mark.skipif(sys.platform != "linux", reason="the backend of Linux")
def test_the_real_backend_of_linux_is_understood(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    for path in ("/dev/video98", str(tmp_path / "plain"), "/dev/null"):
        health = VirtualCamera(path).probe()
        assert health.state == "failed"
        assert health.message == (
            f"The virtual camera {path} cannot start because there is no such virtual camera here."
        )
    assert "video_nr=98 " in VirtualCamera("/dev/video98").probe().remedy


@pytest.mark.virtual_camera
def test_a_real_virtual_camera_takes_frames() -> None:
    sink = VirtualCamera()
    health = sink.probe()
    if not health.ok:
        pytest.skip(health.message)
    sink.open((1280, 720), 30)
    for index in range(30):
        sink.write(frame(1280, 720, (index * 8, 0, 0)), index / 30)
    sink.close()
