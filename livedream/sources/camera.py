"""A camera as a source."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from livedream.clock import Clock, SystemClock
from livedream.errors import SourceError
from livedream.frame import Rgb
from livedream.sources.cameras import CameraInfo, find_again, is_software, list_cameras
from livedream.sources.capture import NO_PICTURE, Capture, Opened, Picture
from livedream.sources.live_source import Live
from livedream.sources.watchdog import OPENING_S

MJPG = cv2.VideoWriter.fourcc(*"MJPG")

BUFFERS = 2
"""Pictures the driver may hold. The reading thread takes them as they come, so none grows old; with a
single one the driver has nowhere to write while it is decoded, and some cameras fall to half their rate."""

TO_RGB = {1: cv2.COLOR_GRAY2RGB, 2: cv2.COLOR_YUV2RGB_YUY2, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}
"""Channels of a device's picture -> OpenCV's code."""

PERMISSION = {
    "linux": "or this user has no access to it (sudo usermod -aG video $USER, then log in again)",
    "win32": "or Settings > Privacy & security > Camera does not let desktop apps use it",
    "darwin": "or it may not be used yet (allow it when asked, or in System Settings > Privacy & Security > "
    "Camera, and try again)",
}


class Camera(Live):
    """Read the newest picture of a camera; after a loss, find it again by name."""

    def __init__(
        self,
        connect: Callable[[], Capture],
        *,
        fps: float = 30.0,
        clock: Clock | None = None,
        patience_s: float = OPENING_S,
    ) -> None:
        """Open it and wait for its first picture.

        connect: makes a capture, a `DeviceCapture` or a fake one. fps: taken for its rate if it tells none.
        patience_s: real seconds to wait. Raises SourceError if it does not open or sends nothing.
        """
        super().__init__(connect, to_rgb, clock or SystemClock(), asked_fps=fps, patience_s=patience_s)


class DeviceCapture:
    """One use of a camera through OpenCV, asked for `size_wh` pixels at `fps`; it may give others."""

    def __init__(
        self,
        camera: CameraInfo,
        size_wh: tuple[int, int],
        fps: float,
        list_now: Callable[[], Sequence[CameraInfo]] = list_cameras,
    ) -> None:
        self._camera, self._size_wh, self._fps = camera, size_wh, fps
        self._list_now = list_now
        self._device: cv2.VideoCapture | None = None

    def open(self) -> Opened:
        """Open it; raises SourceError if it is not there or does not open."""
        camera = self._found()
        # A camera that is away is no news worth a line on the terminal at every try.
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
        backend = getattr(cv2, f"CAP_{camera.backend}") if camera.backend else cv2.CAP_ANY
        self._device = cv2.VideoCapture(camera.index, backend)
        if not self._device.isOpened():
            raise SourceError(_why_not_open(camera))
        self._ask_for_mode(self._device)
        return Opened(camera.name, float(self._device.get(cv2.CAP_PROP_FPS)), camera.device)

    def read(self) -> tuple[bool, Picture]:
        """Wait for its next picture: uint8 or uint16, HxW or HxWxC, blue first."""
        assert self._device is not None, "open it first"
        try:
            arrived, picture = self._device.read()
        except cv2.error as error:
            raise SourceError(
                f"{self._camera.name} failed ({error}): unplug it and plug it in again."
            ) from error
        return (True, picture) if arrived and picture is not None else (False, NO_PICTURE)

    def release(self) -> None:
        """Release the camera."""
        if self._device is not None:
            self._device.release()

    def _found(self) -> CameraInfo:
        if not self._camera.path:
            return self._camera
        camera = find_again(self._camera, self._list_now())
        if camera is None:
            raise SourceError(f"{self._camera.name} is not connected: plug it in.")
        return camera

    def _ask_for_mode(self, device: cv2.VideoCapture) -> None:
        """Ask for compressed pictures first: over USB 2, raw ones allow 1280x720 at 10 a second only."""
        width, height = self._size_wh
        device.set(cv2.CAP_PROP_FOURCC, MJPG)
        device.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        device.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        device.set(cv2.CAP_PROP_FPS, self._fps)
        device.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)


def to_rgb(picture: Picture) -> Rgb:
    """Convert a device's picture to uint8 HxWx3 RGB.

    picture: uint8 or uint16, grey (HxW, HxWx1), YUYV (HxWx2), BGR or BGRA. Raises SourceError for others.
    """
    shaped = picture[..., None] if picture.ndim == 2 else picture
    if picture.dtype == np.uint16:
        shaped = (shaped >> 8).astype(np.uint8)
    code = TO_RGB.get(shaped.shape[2]) if shaped.ndim == 3 and shaped.dtype == np.uint8 else None
    if code is None:
        raise SourceError(
            f"the camera delivers an unknown kind of picture ({picture.dtype}, {picture.shape}): try "
            "another camera."
        )
    return np.ascontiguousarray(cv2.cvtColor(np.ascontiguousarray(shaped), code), dtype=np.uint8)


def _why_not_open(camera: CameraInfo) -> str:
    if sys.platform == "linux" and camera.path and not os.access(camera.path, os.R_OK | os.W_OK):
        return f"this user has no access to {camera.name}: sudo usermod -aG video $USER, then log in again."
    if is_software(camera):
        return f"nothing feeds {camera.name}, which is a virtual camera: start the program that does."
    reason = PERMISSION.get(sys.platform, "or this user has no access to it")
    return f"{camera.name} cannot be opened: another program may be using it (close that program), {reason}."
