"""The colours of a dream: where they drift to in time, and how they are shown.

What has to build up over frames is done to the residual that is carried on (`shift_colour`); what is only
a look is done to the residual that is shown (`grade`), so that turning it back undoes it at once.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.settings import ColourSettings

LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in the light of a pixel (ITU-R BT.601)."""

PERCENTILE, LEVEL = 98, 0.35
"""At contrast 1, so many percent of what is added are below this share of the range: a grown dream."""

MOST = 2.5
"""Largest gain. With four, the noise of the first frames after a cut is blown up to a flash."""

STRIDE = 4
"""The percentile is taken of every fourth pixel of every fourth row, which are plenty."""


def shift(dream: Any, missing: Any | None, colour: ColourSettings) -> Any:
    """Compute what to add to a residual so that the mean colour of the dream reaches its target.

    dream: mean of the residual by channel, m. missing: target less the picture's mean, d; None for
    no target. Both are arrays of three, or both tensors.
    First the balance S makes m' = (1 - S) m, so an offset is (1 - S)^n of itself after n frames: it
    converges for 0 < S < 2, above 1 by swinging to and fro. Then the target's weight w makes
    m'' = m' + w (d - m'), so what is missing is (1 - w)^n of itself. With a persistence p of the
    dream, w alone comes to rest at d w / (1 - p (1 - w)).
    """
    added = -colour.balance * dream
    return added if missing is None else added + colour.target_weight * (missing - dream - added)


def shift_colour(
    residual: NDArray[np.float32], image: NDArray[np.float32], colour: ColourSettings
) -> NDArray[np.float32]:
    """Shift the mean colour of a dream as balance and target say; it is carried to the next frame.

    residual, image: HxWx3, 1 is the whole range. The same array if there is nothing to do.
    """
    if not (colour.balance or colour.target):
        return residual
    missing = np.array(colour.target) - cv2.mean(image)[:3] if colour.target else None
    added = shift(np.array(cv2.mean(residual)[:3]), missing, colour)
    # Four numbers are one colour to OpenCV, and are added to every pixel.
    return np.asarray(cv2.add(residual, np.append(added, 0.0)), np.float32)


def grade(residual: NDArray[np.float32], colour: ColourSettings) -> NDArray[np.float32]:
    """Return the graded residual, HxWx3: first its colourfulness, then its amplitude, in one matrix.

    Each channel becomes gain (c r + (1 - c) luma). Where the colourfulness c is 0 all channels get
    the same, so the differences between the picture's channels, its colours, stay as they are.
    The same array if there is nothing to do.
    """
    if colour.colourfulness == 1 and colour.contrast == 0:
        return residual
    matrix = colour.colourfulness * np.eye(3) + (1 - colour.colourfulness) * np.array([LUMA] * 3)
    if colour.contrast:
        few = np.ascontiguousarray(residual[::STRIDE, ::STRIDE])
        matrix *= _gain(np.abs(cv2.transform(few, matrix)).ravel(), colour.contrast)
    return np.asarray(cv2.transform(residual, matrix), np.float32)


def _gain(sizes: NDArray[Any], contrast: float) -> float:
    """Compute the factor that brings the amplitude of what is shown nearer to LEVEL.

    sizes: |shown|, whose PERCENTILE is the amplitude. contrast: 0 leaves it, 1 brings it there as far
    as MOST allows, between them in equal ratios. It needs no memory: a dream grows slowly.
    """
    rank = rank_of(sizes.size)
    amplitude = float(np.partition(sizes, rank)[rank])
    return float((LEVEL / max(amplitude, LEVEL / MOST)) ** contrast)


def rank_of(count: int) -> int:
    """Return the index, from 0, of the percentile among `count` sorted numbers."""
    return (count - 1) * PERCENTILE // 100
