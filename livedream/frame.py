"""What travels: a frame with its times, and the conversions between frame and image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
"""Picture as devices give and take it: uint8, HxWx3, red first, 0..255."""

Image = NDArray[np.float32]
"""Picture as the kernel takes it: float32, 1x3xHxW, 0..1, channels last in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    rgb: uint8 HxWx3, contiguous; never written to once it is here.
    captured_s: clock time at which it was captured (or decoded).
    index: 0, 1, 2, ... in the order of capture; a gap is a frame that was not taken.
    media_s: when it is due on the source's own time line, from 0; None for a device, whose
        frames are due when they arrive.
    shot: frames of another shot come from another source; a dream carries nothing over to them.
    """

    rgb: Rgb
    captured_s: float
    index: int
    media_s: float | None = None
    shot: int = 0

    @property
    def size_wh(self) -> tuple[int, int]:
        """Return (width, height) in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]


class Shown(NamedTuple):
    """What a show shows now.

    number: another one for each picture. rgb: uint8 HxWx3. is_slate: it is read, so that no mirror is to turn
    it round.
    """

    number: int
    rgb: Rgb
    is_slate: bool = False


def to_image(rgb: Rgb) -> Image:
    """Convert uint8 HxWx3 to float32 1x3xHxW in 0..1, a view of channels-last memory."""
    scaled = rgb.astype(np.float32)
    scaled *= np.float32(1 / 255)
    return scaled.transpose(2, 0, 1)[None]


def to_rgb(image: Image) -> Rgb:
    """Convert float 1x3xHxW in 0..1 to uint8 HxWx3, rounded and clamped."""
    hwc = image[0].transpose(1, 2, 0)
    return np.ascontiguousarray(np.clip(np.rint(hwc * 255), 0, 255).astype(np.uint8))
