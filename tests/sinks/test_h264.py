from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livedream.errors import SinkError
from livedream.sinks import h264
from livedream.sinks.h264 import Encoder, add_stream, to_yuv

levels = st.integers(0, 255)


def expected_yuv(rgb: tuple[int, ...]) -> tuple[float, float, float]:
    """The equations of BT.709 in limited range, written out."""
    red, green, blue = (value / 255 for value in rgb)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * luma, 128 + 224 * (blue - luma) / 1.8556, 128 + 224 * (red - luma) / 1.5748


def plane(frame: av.VideoFrame, index: int) -> NDArray[np.uint8]:
    chosen = frame.planes[index]
    lines = np.frombuffer(chosen, np.uint8).reshape(chosen.height, chosen.line_size)
    return lines[:, : chosen.width]


@given(levels, levels, levels)
def test_flat_colours_follow_bt709(red: int, green: int, blue: int) -> None:
    frame = to_yuv(np.full((6, 10, 3), (red, green, blue), np.uint8))
    for index, value in enumerate(expected_yuv((red, green, blue))):
        assert np.abs(plane(frame, index) - value).max() <= 1.5


@given(st.integers(1, 40), st.integers(1, 40))
def test_planes_have_full_luma_and_half_chroma(half_width: int, half_height: int) -> None:
    frame = to_yuv(np.zeros((2 * half_height, 2 * half_width, 3), np.uint8))
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", 2 * half_width, 2 * half_height)
    assert plane(frame, 0).shape == (2 * half_height, 2 * half_width)
    assert plane(frame, 1).shape == plane(frame, 2).shape == (half_height, half_width)


def test_chroma_is_the_mean_of_its_four_pixels() -> None:
    rgb = np.zeros((2, 2, 3), np.uint8)
    rgb[0, 0] = (255, 0, 0)
    rgb[1, 1] = (0, 0, 255)
    parts = [expected_yuv(pixel) for pixel in rgb.reshape(4, 3)]
    frame = to_yuv(rgb)
    assert abs(int(plane(frame, 1)[0, 0]) - np.mean([part[1] for part in parts])) <= 1.5
    assert abs(int(plane(frame, 2)[0, 0]) - np.mean([part[2] for part in parts])) <= 1.5


def film_in(tmp_path: Path) -> OutputContainer:
    return av.open(str(tmp_path / "film.mp4"), "w")


def test_the_next_encoder_is_taken_when_one_is_missing_or_refuses(tmp_path: Path) -> None:
    refusing = Encoder("libx264", {"preset": "no such preset"}, bit_rate=False)
    encoders = (Encoder("h264_missing"), refusing, Encoder("mpeg4"))
    with film_in(tmp_path) as container:
        stream = add_stream(container, (64, 48), Fraction(30), encoders)
        assert stream.codec_context.name == "mpeg4"
        assert stream.codec_context.bit_rate == 64 * 48 * 30 // 2


def test_no_encoder_at_all_is_told_in_a_sentence(tmp_path: Path) -> None:
    encoders = (Encoder("h264_missing"), Encoder("h264_gone"))
    with film_in(tmp_path) as container, pytest.raises(SinkError, match="h264_missing, h264_gone"):
        add_stream(container, (64, 48), Fraction(30), encoders)


def test_colours_rate_and_key_frames_are_set(tmp_path: Path) -> None:
    with film_in(tmp_path) as container:
        context = add_stream(container, (64, 48), Fraction(25), h264.ENCODERS).codec_context
        tags = (context.colorspace, context.color_primaries, context.color_trc, context.color_range)
        assert tags == (1, 1, 1, 1)
        assert (context.gop_size, context.time_base, context.thread_count) == (25, Fraction(1, 25), 1)


def test_the_encoders_are_those_of_every_system() -> None:
    names = [encoder.name for encoder in h264.ENCODERS]
    assert names == ["libx264", "h264_videotoolbox", "h264_mf", "libopenh264"]
