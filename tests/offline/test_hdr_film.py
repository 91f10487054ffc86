"""An HDR film through a whole render: what comes out is tagged and coloured as every screen here expects."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from livedream.offline.job import job_of
from livedream.offline.render import render
from livedream.offline.render_request import RenderRequest
from livedream.sources.tone_map import BT2020, HLG, PQ
from tests.sources.test_tone_map import hlg, pq

BT2020_MATRIX, BT709, LIMITED = 9, 1, 1
SIDE, FRAMES = 32, 6

LIGHT = np.array([[0.05] * 3, [0.1] * 3, [0.3] * 3, [0.3, 0.05, 0.1], [0.05, 0.25, 0.05], [0.1, 0.1, 0.35]])
"""Patches below the knee, by BT.709's primaries; 1.0: SDR's white, 203 cd/m2."""

TO_BT2020 = np.array(
    [[0.627404, 0.329283, 0.043313], [0.069097, 0.919540, 0.011362], [0.016391, 0.088013, 0.895595]]
)
"""Light by BT.709's primaries -> light by BT.2020's (BT.2087)."""

CODES: dict[int, Callable[[NDArray[Any]], list[float]]] = {
    PQ: lambda nits: [pq(each) for each in nits],
    HLG: lambda nits: hlg(tuple(nits)),
}


def hdr_film(file: Path, transfer: int) -> Path:
    """Write a film of patches, in 10 bits, tagged; skips where no encoder can do so."""
    nits = 203 * LIGHT @ TO_BT2020.T
    codes = np.array([CODES[transfer](patch) for patch in nits])
    row = np.repeat(np.rint(codes * 65_535).astype(np.uint16), SIDE, axis=0)
    deep = np.ascontiguousarray(np.broadcast_to(row, (2 * SIDE, *row.shape)))
    name = next((name for name in ("libx265", "libx264") if _writes_10_bits(name)), None)
    if name is None:
        pytest.skip("no encoder here writes 10 bits")
    with av.open(str(file), "w") as film:
        stream: Any = film.add_stream(name, Fraction(10), {"preset": "ultrafast", "crf": "4"})
        stream.height, stream.width, stream.pix_fmt = *deep.shape[:2], "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries = transfer, BT2020
        context.colorspace, context.color_range = BT2020_MATRIX, LIMITED
        for index in range(FRAMES):
            frame: Any = av.VideoFrame.from_ndarray(deep, "rgb48le")
            frame = frame.reformat(format="yuv420p10le", dst_colorspace=BT2020_MATRIX)
            frame.color_trc, frame.color_primaries, frame.colorspace = transfer, BT2020, BT2020_MATRIX
            frame.pts, frame.time_base = index, Fraction(1, 10)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    if tags_of(file) != (transfer, BT2020, BT2020_MATRIX):
        pytest.skip(f"{name} does not tag a film here")
    return file


def _writes_10_bits(name: str) -> bool:
    try:
        return any(form.name == "yuv420p10le" for form in av.Codec(name, "w").video_formats or ())
    except av.codec.codec.UnknownCodecError:
        return False


def tags_of(file: Path) -> tuple[int, int, int]:
    with av.open(str(file)) as film:
        context: Any = film.streams.video[0].codec_context
        return context.color_trc, context.color_primaries, context.colorspace


def patches_of(file: Path) -> NDArray[np.float64]:
    """Return the last frame's patches, read by BT.709's matrix in limited range."""
    with av.open(str(file)) as film:
        frame: Any = list(film.decode(video=0))[-1]
    rgb = frame.to_ndarray(format="rgb24", src_colorspace=BT709, src_color_range=LIMITED)
    return np.array([rgb[SIDE, SIDE * number + SIDE // 2] for number in range(len(LIGHT))], np.float64)


@pytest.mark.parametrize("transfer", [PQ, HLG], ids=["PQ", "HLG"])
def test_an_hdr_film_is_rendered_in_the_colours_of_bt709(
    tmp_path: Path, fake_engines: Callable[..., Any], transfer: int
) -> None:
    source = hdr_film(tmp_path / "hdr.mp4", transfer)
    undreamed = ("dream.working_px=4096", "look.steer=false", "look.strength=0")
    request = RenderRequest(str(source), str(tmp_path / "out.mp4"), assignments=undreamed)
    done = render(job_of(request), fake_engines(), lambda *_: None, overwrite=False)
    assert done.frames == FRAMES
    assert tags_of(done.path) == (BT709, BT709, BT709)
    with av.open(str(done.path)) as film:
        context: Any = film.streams.video[0].codec_context
        assert (context.color_range, context.pix_fmt) == (LIMITED, "yuv420p")
    assert np.abs(patches_of(done.path) - 255 * LIGHT ** (1 / 2.4)).max() <= 5
