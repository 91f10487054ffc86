"""What every source is: something that is open and gives frames."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from livedream.frame import Frame
from livedream.health import Health


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a source says of itself once it is open.

    name: for people ("C920 webcam", "beach_view.mp4", "clouds").
    size_wh: pixels as it delivers them.
    fps: nominal frame rate, > 0; the rate that is shown is the measured one.
    is_device: True if frames arrive by themselves and are lost when nobody takes them;
        False if frames are made or decoded on demand and carry `media_s`.
    device: which camera it is, as `CameraInfo.device` has it; "" for what is no camera.
    """

    name: str
    size_wh: tuple[int, int]
    fps: float
    is_device: bool
    device: str = ""


class Source(Protocol):
    """An open source; used by one thread, closed by any."""

    @property
    def info(self) -> SourceInfo:
        """Return name, size and rate."""
        ...

    @property
    def health(self) -> Health:
        """Return its health; may be called from any thread."""
        ...

    def read(self, stop: threading.Event) -> Frame | None:
        """Return the next frame; None at the end, or soon after `stop` is set.

        A source that does not run on a device gives it at once: whoever reads waits until
        `media_s` if the show is paced. Raises SourceError if it cannot ever deliver again; after whatever
        else it raises a show reads it again.
        """
        ...

    def close(self) -> None:
        """Release what it holds; calling it twice does no harm."""
        ...
