"""Feed a virtual camera, so that any program that takes a webcam can show the dream."""

from __future__ import annotations

import contextlib
import os
import platform
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.clock import Clock, SystemClock
from livedream.errors import InputError, SinkError
from livedream.frame import Rgb
from livedream.health import Health
from livedream.imaging import letterbox
from livedream.sinks.remedy import cannot_start, remedy

_FORMATS = {"unitycapture": "RGBA"}
"""What a backend passes on with the least work; all others take YUV 4:2:0.

Converted by OpenCV, because the backends convert while they hold the interpreter's lock.
"""

_SLOW_INTERVALS = 3.0
_SLOW_WRITES = 10


class VirtualCamera:
    """Send frames of a constant size to a virtual camera; whoever writes keeps the time.

    device: as in the programs that show it ("/dev/video10", "OBS Virtual Camera"), None: any.
    size_wh: even pixels; frames of other sizes are letterboxed into it. backend: one of
    pyvirtualcam's ("v4l2loopback", "obs", "unitycapture"), None: any that starts.
    """

    name, kind, is_live = "virtual camera", "virtual-camera", True
    retry_s: float | None = 5.0
    waits_for_dream = False

    def __init__(
        self,
        device: str | None = None,
        size_wh: tuple[int, int] = (1280, 720),
        fps: float = 30.0,
        backend: str | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        """Note what is wanted; fps: the rate that `probe` asks for. Raises InputError for an odd size."""
        if min(size_wh) < 2 or size_wh[0] % 2 or size_wh[1] % 2:
            raise InputError(
                f"A virtual camera of {size_wh[0]}x{size_wh[1]} pixels is not possible; width and height "
                "must be even, such as 1280x720."
            )
        self.device, self.size_wh, self.fps, self.backend = device, size_wh, fps, backend
        self._clock = clock or SystemClock()
        self._camera: Any = None
        self._slow_writes = 0
        self._looked_s = 0

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start the camera at its own size and `fps` frames a second; return its name.

        size_wh: pixels of the frames to come. Raises SinkError with the reason and the remedy.
        """
        self.close()
        self._camera = self._start(fps)
        self._slow_writes, self._looked_s = 0, 0
        boxed = "" if size_wh == self.size_wh else f", from {size_wh[0]}x{size_wh[1]}"
        return f"{self._camera.device} at {self.size_wh[0]}x{self.size_wh[1]}, {fps:g} fps{boxed}"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Send one frame, at once. Raises SinkError if the camera failed, went away or hangs."""
        if self._camera is None:
            raise SinkError("The virtual camera is not open; start it first.")
        frame = _converted(letterbox(rgb, self.size_wh), self._camera.fmt.name)
        started_s = self._clock.now_s()
        self._send(frame)
        self._judge(self._clock.now_s() - started_s)
        if int(time_s) > self._looked_s:
            self._looked_s = int(time_s)
            self._check_there()

    def close(self) -> None:
        """Close the camera; it may be gone already."""
        camera, self._camera = self._camera, None
        if camera is not None:
            with contextlib.suppress(Exception):
                camera.close()

    def probe(self) -> Health:
        """Check whether the camera starts, by starting it for a moment; "live" if it does."""
        if self._camera is not None:
            return Health("live", str(self._camera.device))
        try:
            words = self.open(self.size_wh, self.fps)
        except SinkError as error:
            return Health("failed", str(error), error.remedy)
        self.close()
        return Health("live", words)

    def _start(self, fps: float) -> Any:
        """Open the first backend that starts. Raises SinkError with the most telling reason."""
        pyvirtualcam, names = _library(self.backend)
        reasons = []
        for name in names:
            pixel_format = pyvirtualcam.PixelFormat[_FORMATS.get(name, "I420")]
            wanted = {"fmt": pixel_format, "device": self.device, "backend": name}
            try:
                return pyvirtualcam.Camera(*self.size_wh, fps, **wanted)
            except RuntimeError as error:
                reasons.append(str(error).removeprefix(f"'{name}' backend: "))
        raise cannot_start(reasons, self.device, platform.system())

    def _send(self, frame: NDArray[np.uint8]) -> None:
        """Hand a frame to the backend. Raises SinkError for whatever it raises."""
        try:
            self._camera.send(frame)
        except Exception as error:
            raise self._stopped(f"has stopped taking frames ({error})") from error

    def _judge(self, took_s: float) -> None:
        """Raise SinkError once frame after frame took much longer than a frame lasts."""
        interval_s = 1 / self._camera.fps
        self._slow_writes = self._slow_writes + 1 if took_s > _SLOW_INTERVALS * interval_s else 0
        if self._slow_writes >= _SLOW_WRITES:
            raise self._stopped(
                f"hangs: a frame takes {took_s * 1e3:.0f} ms instead of {interval_s * 1e3:.0f} ms at most"
            )

    def _check_there(self) -> None:
        """Raise SinkError if the device's file is gone: the backend only prints that it cannot write."""
        device = str(self._camera.device)
        if device.startswith("/dev/") and not os.path.lexists(device):
            raise self._stopped("is gone", remedy("absent", device, platform.system()))

    def _stopped(self, what: str, cure: str = "") -> SinkError:
        """Make the error for a camera that was running; the remedy restarts its device."""
        device = str(self._camera.device)
        return SinkError(
            f"The virtual camera {device} {what}.", cure or remedy("unknown", device, platform.system())
        )


def _library(backend: str | None) -> tuple[Any, list[str]]:
    """Load pyvirtualcam and name the backends to try. Raises SinkError if there is none."""
    try:
        import pyvirtualcam
        from pyvirtualcam.camera import BACKENDS
    except (ImportError, OSError) as error:
        raise SinkError(
            f"The virtual camera cannot start because its library does not load ({error}).",
            "pip install --force-reinstall pyvirtualcam",
        ) from error
    if "v4l2loopback" in BACKENDS:
        from livedream.sinks.loopback import Loopback

        pyvirtualcam.register_backend("v4l2loopback", Loopback)
    known = ", ".join(BACKENDS) or "none"
    if backend is not None and backend not in BACKENDS:
        raise SinkError(f"There is no virtual camera backend {backend} here; available: {known}.")
    if not BACKENDS:
        raise SinkError("There are no virtual cameras for this system; show the window instead.")
    return pyvirtualcam, [backend] if backend is not None else list(BACKENDS)


def _converted(rgb: Rgb, pixel_format: str) -> NDArray[np.uint8]:
    """Convert a frame to what the backend takes: RGBA, or limited range BT.601 YUV 4:2:0 as webcams send."""
    code = cv2.COLOR_RGB2RGBA if pixel_format == "RGBA" else cv2.COLOR_RGB2YUV_I420
    return np.asarray(cv2.cvtColor(rgb, code), np.uint8)
