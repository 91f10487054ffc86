"""Media that the tests make for themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

MakeVideo = Callable[..., Path]


def _gradient(index: int, size_wh: tuple[int, int] = (64, 48)) -> np.ndarray:
    """Make an RGB picture, red growing to the right, green downwards, blue with `index`."""
    width, height = size_wh
    picture = np.zeros((height, width, 3), np.uint8)
    picture[..., 0] = np.linspace(20, 230, width, dtype=np.uint8)[None]
    picture[..., 1] = np.linspace(20, 230, height, dtype=np.uint8)[:, None]
    picture[..., 2] = 16 * index % 256
    return picture


@pytest.fixture(scope="session")
def gradient() -> Callable[..., np.ndarray]:
    """Give a function (index, size_wh) that makes a picture."""
    return _gradient


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Give a function that writes a video and tells its path."""

    def write(
        name: str = "clip.mp4",
        pictures: Iterable[np.ndarray] | None = None,
        *,
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        source_fmt: str = "rgb24",
        fps: int = 10,
        pts: Iterable[int] | None = None,
        prepare: Callable[[Any], None] = lambda stream: None,
        options: dict[str, str] | None = None,
        reformat: dict[str, Any] | None = None,
    ) -> Path:
        shown = list(pictures) if pictures is not None else [_gradient(i) for i in range(10)]
        stamps = list(pts) if pts is not None else range(len(shown))
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps, options=options or {})
            stream.height, stream.width = shown[0].shape[:2]
            stream.pix_fmt = pix_fmt
            stream.codec_context.time_base = Fraction(1, fps)
            prepare(stream)
            for picture, stamp in zip(shown, stamps, strict=True):
                frame = av.VideoFrame.from_ndarray(picture, format=source_fmt)
                frame = frame.reformat(format=pix_fmt, **(reformat or {}))
                frame.pts, frame.time_base = stamp, Fraction(1, fps)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    return write
