"""The devices of v4l2loopback, fed as the kernel's module wants it: a backend for pyvirtualcam.

Its own backend writes without starting a stream: with v4l2loopback before 0.13, as in Debian 12 and Ubuntu
24.04, a device with exclusive_caps=1 can then be fed only once, until the module is loaded anew. It sets no
rate, overlooks that the device keeps another size, prints what fails instead of raising it, and keeps every
camera open that it looks at.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyvirtualcam.camera import PixelFormat
from pyvirtualcam.util import encode_fourcc

OUTPUT = 2
"""V4L2_BUF_TYPE_VIDEO_OUTPUT."""

CAPABILITY = struct.Struct("@16s72xI12x")
"""v4l2_capability: the driver, and what the device can do now."""

CAN_OUTPUT = 2
"""V4L2_CAP_VIDEO_OUTPUT."""

FORMAT = struct.Struct("@I0P12I152x")
"""v4l2_format: the type, and in 200 bytes v4l2_pix_format: width, height, pixel format, field and more."""

RATE = struct.Struct("@5I184x")
"""v4l2_streamparm: the type, capability, mode, and the seconds of a frame as a fraction."""

ABSENT = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EISDIR, errno.ENOTDIR}
NAMES = Path("/sys/class/video4linux")


def _request(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | ord("V") << 8 | number


QUERYCAP = _request(2, 0, CAPABILITY.size)
S_FMT, S_PARM = _request(3, 5, FORMAT.size), _request(3, 22, RATE.size)
STREAMON = _request(1, 18, 4)


class Loopback:
    """One device that is fed, for pyvirtualcam.register_backend; raises RuntimeError with the reason."""

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None) -> None:
        """Open a device and set its size and rate.

        fourcc: that of I420. device: its path; None: any that is free.
        """
        if fourcc != encode_fourcc(PixelFormat.I420.value):
            raise RuntimeError("Device formats: it takes I420 only.")
        self._device, self._file = _started(device, (width, height), fps)

    def send(self, frame: NDArray[np.uint8]) -> None:
        """Write one frame."""
        written = os.write(self._file, frame.data)
        if written != frame.nbytes:
            raise RuntimeError(f"it took {written} bytes of {frame.nbytes}")

    def close(self) -> None:
        """Release the device, so that it can be fed again."""
        os.close(self._file)

    def device(self) -> str:
        """Return its path."""
        return self._device

    def native_fourcc(self) -> int:
        """Return the format that goes out."""
        return int(encode_fourcc(PixelFormat.I420.value))


def _started(device: str | None, size_wh: tuple[int, int], fps: float) -> tuple[str, int]:
    """Start a device, or the first that can be started; returns its path and its file."""
    reasons = []
    for path in (device,) if device else _devices():
        try:
            return path, _start(path, size_wh, fps)
        except RuntimeError as error:
            reasons.append(str(error))
    raise RuntimeError(" ".join(reasons) or "No v4l2 loopback device found at /dev/video*.")


def _devices() -> Iterator[str]:
    """List the devices that are no hardware, by their numbers; others are not even opened."""
    numbers = sorted(int(path.name[5:]) for path in NAMES.glob("video*") if path.name[5:].isdecimal())
    for number in numbers:
        if "/virtual/" in str((NAMES / f"video{number}").resolve()):
            yield f"/dev/video{number}"


def _start(path: str, size_wh: tuple[int, int], fps: float) -> int:
    try:
        _restore(path)
        with ExitStack() as undo:
            file = os.open(path, os.O_WRONLY)
            undo.callback(os.close, file)
            _claim(file, path)
            _set_format(file, path, size_wh)
            _set_rate(file, fps)
            _begin(file)
            undo.pop_all()
    except OSError as error:
        what = "does not exist" if error.errno in ABSENT else f"answers: {error.strerror}"
        raise RuntimeError(f"Device {path} {what}.") from error
    return file


def _can_output(file: int, path: str) -> bool:
    """Return whether a loopback device calls itself an output now."""
    answer = bytearray(CAPABILITY.size)
    try:
        fcntl.ioctl(file, QUERYCAP, answer)
    except OSError as error:
        if error.errno in ABSENT:
            raise
    driver, capabilities = CAPABILITY.unpack(answer)
    if driver.rstrip(b"\0") != b"v4l2 loopback":
        raise RuntimeError(f"Device {path} is not a v4l2 loopback device.")
    return bool(capabilities & CAN_OUTPUT)


def _restore(path: str) -> None:
    """Make a device an output again that a program has fed without a stream: whoever ends a stream does.

    Before 0.13 it is none any more, and takes no format, if it has exclusive_caps.
    """
    file = os.open(path, os.O_WRONLY)
    try:
        if not _can_output(file, path) and not _is_open_elsewhere(path, file):
            _begin(file)
    finally:
        os.close(file)


def _claim(file: int, path: str) -> None:
    """Make sure that nobody else feeds it."""
    # Before 0.13 any number can feed a device without exclusive_caps at once; livedream at least does not.
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise RuntimeError(f"Device {path} is already in use.") from error
    # With exclusive_caps it is no output while it is fed.
    if not _can_output(file, path) and _is_open_elsewhere(path, file):
        raise RuntimeError(f"Device {path} is already in use.")


def _is_open_elsewhere(path: str, file: int) -> bool:
    """Return whether it is open beside one's own file, as far as this user may know."""
    own = Path(f"/proc/{os.getpid()}/fd/{file}")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(link.readlink()) == path for link in folder.iterdir() if link != own):
                return True
        except OSError:  # another user's, or it has just ended
            continue
    return False


def _set_format(file: int, path: str, size_wh: tuple[int, int]) -> None:
    wanted = (*size_wh, struct.unpack("<I", b"YU12")[0])
    answer = bytearray(FORMAT.pack(OUTPUT, *wanted, 1, *[0] * 8))
    fcntl.ioctl(file, S_FMT, answer)
    given = FORMAT.unpack(answer)[1:4]
    if given != wanted:
        raise RuntimeError(f"Device {path} is kept at {given[0]}x{given[1]} by a program that shows it.")


def _set_rate(file: int, fps: float) -> None:
    """Tell the rate to those who look: otherwise they believe in 30."""
    interval = 1 / Fraction(fps).limit_denominator(1001)
    fcntl.ioctl(file, S_PARM, bytearray(RATE.pack(OUTPUT, 0, 0, interval.numerator, interval.denominator)))


def _begin(file: int) -> None:
    """Start the stream; v4l2loopback from 0.14 on does so itself when the first frame is written."""
    try:
        fcntl.ioctl(file, STREAMON, struct.pack("i", OUTPUT))
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
