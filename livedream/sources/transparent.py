"""Still pictures with what is transparent in them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.frame import Rgb
from livedream.sources.still_image import read_image

Alpha = NDArray[np.uint8]
"""HxW, 0 (transparent) to 255 (opaque)."""


def read_transparent(path: Path) -> tuple[Rgb, Alpha | None]:
    """Decode an image file as `read_image` does, but with its colours and its alpha apart.

    The alpha is None if the file has none, or is opaque. Raises InputError.
    """
    rgb = read_image(path)
    whole = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4:
        return rgb, None
    if whole.dtype != np.uint8:
        most = 65535.0 if whole.dtype == np.uint16 else 1.0
        whole = np.clip(np.rint(whole * (255 / most)), 0, 255).astype(np.uint8)
    alpha = np.ascontiguousarray(whole[..., 3])
    if alpha.min() == 255:
        return rgb, None
    return np.ascontiguousarray(whole[..., 2::-1]), alpha
