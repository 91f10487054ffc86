"""What Caffe's networks take: pictures in 0..255, blue first, less the means of those they learned from."""

from __future__ import annotations

from collections.abc import Mapping

MEANS_BGR: Mapping[str, tuple[float, float, float]] = {
    "imagenet": (103.939, 116.779, 123.68),
    "places205": (105.417, 113.753, 116.047),
    "places365": (104.051, 112.514, 116.676),
}
"""Whose pictures, and their means: blue, green, red."""

SCALE = 255.0
"""What v in 0..1 is multiplied with."""


def caffe_shift(pictures: str) -> tuple[float, ...]:
    """Return the offset of red, green and blue, added after the scale; pictures: a key of MEANS_BGR."""
    return tuple(-mean for mean in reversed(MEANS_BGR[pictures]))
