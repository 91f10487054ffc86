"""What the cameras of this machine see, one after the other, for whoever chooses among them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace

from livedream.frame import Frame, Rgb
from livedream.imaging import fitted_size, resized
from livedream.runtime.source_switcher import SourceSwitcher, Wish
from livedream.sources.cameras import CameraInfo
from livedream.sources.watchdog import reason

THUMBNAIL_WH = (240, 135)
ASKED_WH = (640, 360)
PATIENCE_S = 4.0
"""How long a camera may take for its first picture."""

ROUND_S = 2.0
"""Rest after all cameras were looked at; what was plugged in or out meanwhile is seen then."""


@dataclass(frozen=True, slots=True, eq=False)
class CameraView:
    """A camera and what it sees: a small picture, why there is none, or neither as yet."""

    camera: CameraInfo
    rgb: Rgb | None = None
    trouble: str = ""


class CameraPreviews:
    """Looks through the cameras while it is open, each for one picture; never through the one in use.

    own: gives what the source in use shows. One that does not deliver is not tried again until it was
    away, or this is opened anew.
    """

    def __init__(self, sources: SourceSwitcher, own: Callable[[], Frame | None]) -> None:
        self._sources, self._own = sources, own
        self._views: dict[str, CameraView] = {}
        self._stop: threading.Event | None = None
        self.trouble = ""
        """Why the cameras cannot be listed, "" if they can."""

    def open(self) -> None:
        """Begin to look, in a thread of its own."""
        self.close()
        self._stop = stop = threading.Event()
        self._views, self.trouble = {}, ""
        threading.Thread(target=self._work, args=(stop,), name="camera previews", daemon=True).start()

    def close(self) -> None:
        """Look no more; a camera that is open just now is closed as soon as it answers."""
        if self._stop is not None:
            self._stop.set()
        self._stop = None

    def views(self) -> tuple[CameraView, ...]:
        """List the cameras with what they see so far, in the order of the system."""
        return tuple(self._views.values())

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._follow_list(stop)
            for view in self.views():
                if stop.is_set():
                    return
                if not view.trouble:
                    self._put(stop, self._looked(view.camera, stop))
            stop.wait(ROUND_S)

    def _follow_list(self, stop: threading.Event) -> None:
        """List what is there now; what was seen of those that stayed is kept."""
        try:
            cameras, trouble = self._sources.devices.cameras(), ""
        except Exception as fault:  # each system fails in its own way
            cameras, trouble = (), f"{reason(fault)}."
        if not stop.is_set():
            self.trouble = trouble
            self._views = {
                camera.device: replace(self._views.get(camera.device, CameraView(camera)), camera=camera)
                for camera in cameras
            }

    def _put(self, stop: threading.Event, view: CameraView) -> None:
        if not stop.is_set() and view.camera.device in self._views:
            self._views[view.camera.device] = view

    def _looked(self, camera: CameraInfo, stop: threading.Event) -> CameraView:
        """Return what a camera sees, or why it does not."""
        if camera.device == self._sources.in_use:
            shown = self._own()
            return CameraView(camera, None if shown is None else _small(shown.rgb))
        try:
            with self._sources.using(camera.device):
                if stop.is_set() or camera.device == self._sources.in_use:
                    return CameraView(camera)
                wish = Wish(camera, ASKED_WH, patience_s=PATIENCE_S)
                with closing(self._sources.devices.open(wish)) as source:
                    frame = source.read(stop)
        except Exception as fault:  # and each driver
            return CameraView(camera, trouble=f"{reason(fault)}.")
        return CameraView(camera, None if frame is None else _small(frame.rgb))


def _small(rgb: Rgb) -> Rgb:
    return resized(rgb, fitted_size((rgb.shape[1], rgb.shape[0]), THUMBNAIL_WH))
