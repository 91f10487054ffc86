"""A layer of cloud: a tile of noise laid over the ceiling of the sky, seen in perspective, drifting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.sources.clouds.texture import SIDE

Plane = NDArray[Any]
"""Values over the picture: float32 HxW (or HxWxC)."""

HORIZON = 1.22
"""Height of the horizon, in frame heights from the top: below the frame, since the layers meet it there."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where each pixel looks at the ceiling: `u` sideways, `v` towards the viewer, in texels, HxW each."""

    u: Plane
    v: Plane

    def scaled(self, scale: float) -> Places:
        """Lay the tile larger (scale < 1) or smaller (> 1)."""
        return Places(self.u * np.float32(scale), self.v * np.float32(scale))

    def halved(self) -> Places:
        """Take every second row and column."""
        return Places(np.ascontiguousarray(self.u[::2, ::2]), np.ascontiguousarray(self.v[::2, ::2]))

    def combed(self) -> Places:
        """Lay the tile long and aslant: the wind draws high clouds out into streaks."""
        return Places(np.float32(0.16) * self.u + np.float32(0.22) * self.v, 0.75 * self.v - 0.35 * self.u)


def ceiling(width: int, height: int) -> Places:
    """Look at a flat ceiling from below, horizon under the lower edge."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    distance = 460 / (HORIZON - rows / height)
    return Places((columns - width / 2) / height * distance, -1.1 * distance)


class Layer:
    """An edged tile as seen at `places`, starting at `start` and moving `rate` texels a second (u, v)."""

    def __init__(
        self, tile: Plane, places: Places, start: NDArray[np.float64], rate: NDArray[np.float64]
    ) -> None:
        self._tile = tile
        self._u, self._v = _within_tile(places.u), _within_tile(places.v)
        self._start, self._rate = start, rate
        # Kept, because taking fresh megabytes from the system costs as much as filling them.
        self._seen = np.empty(places.u.shape + tile.shape[2:], np.float32)

    def at(self, time_s: float) -> Plane:
        """Show it as it lies `time_s` after the start; the array is the layer's own until the next call."""
        u = _shifted(self._u, self._start[0] + self._rate[0] * time_s)
        v = _shifted(self._v, self._start[1] + self._rate[1] * time_s)
        return cv2.remap(self._tile, u, v, cv2.INTER_LINEAR, dst=self._seen)


def _within_tile(places: Plane) -> Plane:
    """Bring places back into the tile. OpenCV wraps too, but ten times slower."""
    return np.mod(places, np.float32(SIDE))


def _shifted(places: Plane, shift: float) -> Plane:
    """Shift places that lie within the tile, and keep them there.

    Whole tiles are taken off the shift while it is double: in float32 the sky would jitter after an hour.
    """
    shifted = places + np.float32(shift % SIDE)
    _, beyond = cv2.threshold(shifted, SIDE, SIDE, cv2.THRESH_BINARY)
    return np.subtract(shifted, beyond, out=shifted)
