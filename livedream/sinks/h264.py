"""H.264 for recordings: which encoder, how it is set, and the colours it is given."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from livedream.errors import SinkError
from livedream.frame import Rgb

_BT709 = 1
"""The code of BT.709 for matrix, primaries and transfer curve alike (ITU-T H.273)."""

_LIMITED_RANGE = 1
"""Luma 16..235, chroma 16..240: what every player expects."""

_TO_YUV = np.array(
    [
        [0.182586, 0.614231, 0.062007, 16.0],
        [-0.100644, -0.338572, 0.439216, 128.0],
        [0.439216, -0.398942, -0.040274, 128.0],
    ],
    np.float32,
)
"""RGB 0..255 -> limited range Y, U, V by the BT.709 matrix (ITU-R BT.709-6, item 3)."""

_PIXELS_PER_THREAD_S = 40e6
_BITS_PER_PIXEL = 0.5


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder by its name in FFmpeg, with its options; bit_rate: it is told one, not a quality."""

    name: str
    options: dict[str, str] = field(default_factory=dict)
    bit_rate: bool = True


# ultrafast: half the processor time of superfast, a third of veryfast, for about twice the disk;
# while a show runs, the processor is the scarcer of the two.
ENCODERS = (
    Encoder("libx264", {"preset": "ultrafast", "crf": "18", "chroma_sample_location": "center"}, False),
    Encoder("h264_videotoolbox", {"realtime": "1", "allow_sw": "1"}),
    Encoder("h264_mf"),
    Encoder("libopenh264"),
)
"""Tried in this order: everywhere, macOS, Windows, builds of FFmpeg without x264."""

# Without mbtree: with it x264 gives other bytes for the same frames now and then, and what was rendered
# in two goes has to be what is rendered in one.
_PATIENT_X264 = ENCODERS[0].options | {"preset": "veryfast", "crf": "16", "x264-params": "mbtree=0"}

PATIENT = (Encoder("libx264", _PATIENT_X264, False), *ENCODERS[1:])
"""For who can wait: a better picture in a smaller file, and the same for the same frames."""


def add_stream(
    container: OutputContainer,
    size_wh: tuple[int, int],
    rate: Fraction,
    encoders: Sequence[Encoder],
) -> VideoStream:
    """Add an H.264 stream with the first encoder that starts here.

    size_wh: even pixels. rate: frames a second; the time base is one frame. encoders: to be tried.
    Raises SinkError if none starts.
    """
    for encoder in encoders:
        if _starts(encoder, size_wh, rate):
            stream = container.add_stream(encoder.name, rate, dict(encoder.options))
            assert isinstance(stream, VideoStream)
            _configure(stream.codec_context, encoder, size_wh, rate)
            return stream
    tried = ", ".join(encoder.name for encoder in encoders)
    raise SinkError(
        f"No H.264 encoder starts here for {size_wh[0]}x{size_wh[1]} pixels (tried {tried}); "
        "reinstall PyAV (pip install --force-reinstall av) or record at another size."
    )


def _starts(encoder: Encoder, size_wh: tuple[int, int], rate: Fraction) -> bool:
    """Return whether an encoder opens with these settings: a driver may be missing."""
    try:
        context = av.CodecContext.create(encoder.name, "w")
        assert isinstance(context, av.VideoCodecContext)
        _configure(context, encoder, size_wh, rate)
        context.options = dict(encoder.options)
        context.open()
    except (av.FFmpegError, ValueError):
        return False
    return True


def _configure(
    context: av.VideoCodecContext, encoder: Encoder, size_wh: tuple[int, int], rate: Fraction
) -> None:
    """Set size, rate, colours, a key frame a second and as many threads as the pixels ask for."""
    context.width, context.height = size_wh
    context.pix_fmt = "yuv420p"
    context.framerate, context.time_base = rate, 1 / rate
    context.gop_size = max(1, int(rate))
    context.max_b_frames = 0
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED_RANGE
    pixels_s = size_wh[0] * size_wh[1] * float(rate)
    context.thread_count = min(os.cpu_count() or 1, 1 + int(pixels_s / _PIXELS_PER_THREAD_S))
    if encoder.bit_rate:
        context.bit_rate = int(pixels_s * _BITS_PER_PIXEL)


def to_yuv(rgb: Rgb) -> av.VideoFrame:
    """Convert to limited range BT.709 YUV 4:2:0, chroma in the middle of its four pixels.

    rgb: uint8 HxWx3 of even size. OpenCV takes less than half of libswscale's time here.
    """
    height, width = rgb.shape[:2]
    frame = av.VideoFrame(width, height, "yuv420p")
    y, u, v = (_pixels(plane) for plane in frame.planes)
    yuv = cv2.transform(rgb, _TO_YUV)
    cv2.extractChannel(yuv, 0, dst=y)
    small = cv2.resize(yuv, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    cv2.extractChannel(small, 1, dst=u)
    cv2.extractChannel(small, 2, dst=v)
    return frame


def _pixels(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    """View a plane's memory as uint8 HxW, without the padding at the end of its lines."""
    lines = np.frombuffer(memoryview(plane), np.uint8)
    return lines.reshape(plane.height, plane.line_size)[:, : plane.width]
