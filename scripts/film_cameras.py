"""Cameras that see films, for scripts that look at a show with cameras."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import partial

import numpy as np

from livedream.errors import SourceError
from livedream.resources import folder
from livedream.sources import Source, open_source
from livedream.sources.camera import Camera
from livedream.sources.cameras import CameraInfo
from livedream.sources.capture import Opened, Picture

FPS = 30.0
STYLES = folder("assets") / "styles"

CAMERAS = {
    CameraInfo(0, "HD Webcam", "V4L2", "/dev/video0"): "",
    CameraInfo(2, "HD Webcam", "V4L2", "/dev/video2"): str(STYLES / "mosaic.png"),
    CameraInfo(4, "USB Capture HDMI", "V4L2", "/dev/video4"): "nothing",
    CameraInfo(6, "Document camera with a long name", "V4L2", "/dev/video6"): str(STYLES / "woodcut.png"),
}
"""Cameras, two of one name, and what each sees; "": what the caller says, "nothing": it cannot be opened."""


class FilmCapture:
    """A camera that sees a film; see `livedream.sources.capture.Capture`."""

    def __init__(self, camera: CameraInfo, seen: str) -> None:
        self._camera, self._seen = camera, seen
        self._film: Source | None = None
        self._never = threading.Event()
        self._due_s = 0.0

    def open(self) -> Opened:
        """Open the film; raises SourceError for the camera that sees nothing."""
        if self._seen == "nothing":
            raise SourceError(f"{self._camera.name} cannot be opened: another program may be using it.")
        self._film = open_source(self._seen, loop=True)
        return Opened(self._camera.name, FPS, self._camera.device)

    def read(self) -> tuple[bool, Picture]:
        """Return the next picture, blue first."""
        assert self._film is not None, "open it first"
        frame = self._film.read(self._never)
        self._due_s = max(self._due_s + 1 / FPS, time.perf_counter())
        self._never.wait(self._due_s - time.perf_counter())
        assert frame is not None, "it is shown over and over"
        return True, np.ascontiguousarray(frame.rgb[..., ::-1])

    def release(self) -> None:
        """Close the film."""
        if self._film is not None:
            self._film.close()


def camera_of(camera: CameraInfo, seen: Mapping[CameraInfo, str]) -> Camera:
    """Return a camera of these, open. seen: what each sees. Raises SourceError."""
    return Camera(partial(FilmCapture, camera, seen[camera]))
