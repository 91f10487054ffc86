"""What is transparent in WebM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livedream.frame import Frame
from livedream.sources.video import Video


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx"])
@pytest.mark.parametrize("suffix", [".webm", ".mkv"])
def test_hidden_colours_stay_hidden(
    make_video: Callable[..., Path], frames_of: Callable[..., list[Frame]], codec: str, suffix: str
) -> None:
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[..., 0], rgba[:, :32, 3] = 255, 255
    path = make_video(
        f"a{suffix}",
        [rgba] * 3,
        codec=codec,
        pix_fmt="yuva420p",
        source_fmt="rgba",
        options={"auto-alt-ref": "0"},
    )
    frames = frames_of(Video(str(path)))
    assert len(frames) == 3
    for frame in frames:
        assert frame.rgb[32, 16, 0] > 230
        assert frame.rgb[32, 48].max() < 10
