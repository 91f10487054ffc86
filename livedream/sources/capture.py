"""What a live source reads from: a device or a connection that can be opened, read and released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
"""As the device gives it: HxW or HxWxC, any channel order."""

NO_PICTURE: Picture = np.empty((0, 0, 3), np.uint8)
"""What `read` gives beside False."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a device says once it is open: its name, and the rate it promises (0: it does not say).

    device: which one it is, as `CameraInfo.device` has it; "" for what is no camera.
    """

    name: str
    fps: float
    device: str = ""


class Capture(Protocol):
    """A device or connection; made, opened, read and released once, all by one thread."""

    def open(self) -> Opened:
        """Open it; raises a LivedreamError with the reason."""
        ...

    def read(self) -> tuple[bool, Picture]:
        """Wait for the next picture, a new array; False if none came this time.

        Raises SourceError if none can come any more.
        """
        ...

    def release(self) -> None:
        """Release the device; harmless if it was never opened."""
        ...
