"""v4l2loopback's devices, by a file that answers as the kernel's module does."""

from __future__ import annotations

import errno
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyvirtualcam.camera import PixelFormat
from pyvirtualcam.util import encode_fourcc

if sys.platform != "linux":
    pytest.skip("v4l2loopback is Linux's", allow_module_level=True)

from livedream.sinks import loopback
from livedream.sinks.loopback import Loopback

I420 = encode_fourcc(PixelFormat.I420.value)
FRAME = np.arange(16 * 8 * 3 // 2, dtype=np.uint8)


class Module:
    """Answers ioctl; `asked` notes what was set, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.driver, self.can_output, self.kept_wh = b"v4l2 loopback", True, None
        self.fault: dict[str, int] = {}

    def ioctl(self, file: int, request: int, data: Any) -> int:
        name = {0x80685600: "query", 0xC0D05605: "format", 0xC0CC5616: "rate", 0x40045612: "start"}[request]
        if name in self.fault:
            raise OSError(self.fault[name], "it says")
        if name == "query":
            data[:] = struct.pack("16s72xI12x", self.driver, 2 if self.can_output else 1)
        elif name == "format":
            self.asked.append((name, struct.unpack_from("2I4s", data, 8)))
            if self.kept_wh is not None:
                struct.pack_into("2I", data, 8, *self.kept_wh)
        else:
            self.asked.append((name, struct.unpack_from("2I", data, 12) if name == "rate" else None))
        return 0


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Module:
    module = Module()
    monkeypatch.setattr(loopback.fcntl, "ioctl", module.ioctl)
    return module


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "video10"
    path.touch()
    return path


@pytest.fixture
def start(device: Path) -> Callable[[], Loopback]:
    return lambda: Loopback(width=16, height=8, fps=29.97, fourcc=I420, device=str(device))


def is_open(device: Path) -> bool:
    return any(
        str(link.readlink()) == str(device) for link in Path("/proc/self/fd").iterdir() if link.exists()
    )


def test_size_rate_and_stream_are_set_before_the_first_frame(
    module: Module, start: Callable[[], Loopback], device: Path
) -> None:
    camera = start()
    assert module.asked == [("format", (16, 8, b"YU12")), ("rate", (100, 2997)), ("start", None)]
    camera.send(FRAME)
    assert camera.device() == str(device)
    camera.close()
    assert device.read_bytes() == FRAME.tobytes()
    assert not is_open(device)


def test_the_stream_is_started_by_the_first_frame_where_the_module_wants_that(
    module: Module, start: Callable[[], Loopback]
) -> None:
    module.fault["start"] = errno.EINVAL
    start().close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"driver": b"uvcvideo"}, "is not a v4l2 loopback device"),
        ({"fault": {"query": errno.ENOTTY}, "driver": b""}, "is not a v4l2 loopback device"),
        ({"fault": {"format": errno.EBUSY}}, "answers: it says"),
        ({"fault": {"start": errno.EBUSY}}, "answers: it says"),
        ({"fault": {"query": errno.ENODEV}}, "does not exist"),
        ({"kept_wh": (640, 360)}, "is kept at 640x360 by a program that shows it"),
    ],
)
def test_what_is_refused_is_told_and_not_kept_open(
    module: Module, start: Callable[[], Loopback], device: Path, change: dict[str, Any], told: str
) -> None:
    vars(module).update(change)
    with pytest.raises(RuntimeError, match=told):
        start()
    assert not is_open(device)


def test_one_is_fed_once_at_a_time(module: Module, start: Callable[[], Loopback]) -> None:
    first = start()
    with pytest.raises(RuntimeError, match="is already in use"):
        start()
    first.close()
    start().close()


def test_no_output_is_in_use_only_while_somebody_has_it_open(
    module: Module, start: Callable[[], Loopback], device: Path
) -> None:
    module.can_output = False
    with device.open("rb"), pytest.raises(RuntimeError, match="is already in use"):
        start()
    start().close()


def test_one_that_was_fed_without_a_stream_is_made_an_output_again(
    module: Module, start: Callable[[], Loopback]
) -> None:
    module.can_output = False
    start().close()
    assert [word for word, _ in module.asked] == ["start", "format", "rate", "start"]


def test_any_takes_the_first_that_can_be_started_and_opens_no_hardware(
    module: Module, device: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    for place, number in (("usb", 0), ("virtual", 9), ("virtual", 10)):
        (tmp_path / place / f"video{number}").mkdir(parents=True)
        (tmp_path / "class").mkdir(exist_ok=True)
        (tmp_path / "class" / f"video{number}").symlink_to(tmp_path / place / f"video{number}")

    def opened_here(path: str, flags: int) -> int:
        opened.append(path)
        if path != "/dev/video10":
            raise FileNotFoundError(errno.ENOENT, "none")
        return open_file(device, flags)

    open_file = loopback.os.open
    monkeypatch.setattr(loopback, "NAMES", tmp_path / "class")
    monkeypatch.setattr(loopback.os, "open", opened_here)
    camera = Loopback(width=16, height=8, fps=30, fourcc=I420, device=None)
    assert (camera.device(), set(opened)) == ("/dev/video10", {"/dev/video9", "/dev/video10"})
    camera.close()
