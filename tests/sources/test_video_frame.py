"""What is decoded becomes what people should see: colours, sizes, the right way up."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.frame import Frame
from livedream.sources.video import Video
from livedream.sources.video_frame import Developer, square_size

MakeVideo = Callable[..., Path]
Gradient = Callable[..., np.ndarray]
FramesOf = Callable[..., list[Frame]]
Difference = Callable[[np.ndarray, np.ndarray], float]


CODED = {
    "h264": {},
    "mjpeg": {"name": "c.mov", "codec": "mjpeg", "pix_fmt": "yuvj420p"},
    "10 bit": {"pix_fmt": "yuv420p10le"},
    "4:4:4": {"pix_fmt": "yuv444p"},
    "vp9": {"name": "c.webm", "codec": "libvpx-vp9"},
    "rgb": {"name": "c.mkv", "codec": "ffv1", "pix_fmt": "bgr0"},
    "16 bit": {"name": "c.mkv", "codec": "ffv1", "pix_fmt": "yuv420p16le"},
    "prores alpha": {"name": "c.mov", "codec": "prores_ks", "pix_fmt": "yuva444p10le"},
    "no time stamps": {"name": "c.avi", "codec": "mpeg4"},
}


@pytest.mark.parametrize("coded", CODED.values(), ids=CODED)
def test_every_coding_gives_the_colours_that_went_in(
    make_video: MakeVideo,
    gradient: Gradient,
    coded: dict[str, Any],
    frames_of: FramesOf,
    difference: Difference,
) -> None:
    frames = frames_of(Video(str(make_video(**coded))))
    assert len(frames) == 10
    assert max(difference(frame.rgb, gradient(i)) for i, frame in enumerate(frames)) < 10


def test_grey_becomes_rgb(make_video: MakeVideo, gradient: Gradient, frames_of: FramesOf) -> None:
    path = make_video("c.mkv", codec="ffv1", pix_fmt="gray")
    rgb = frames_of(Video(str(path)))[0].rgb
    assert np.ptp(rgb, axis=-1).max() == 0
    assert np.ptp(rgb) > 100


def test_transparency_lies_over_black(make_video: MakeVideo, frames_of: FramesOf) -> None:
    rgba = np.full((48, 64, 4), 200, np.uint8)
    rgba[:, :32, 3] = 0
    rgba[:, 32:, 3] = 255
    path = make_video("c.mkv", [rgba] * 2, codec="ffv1", pix_fmt="bgra", source_fmt="rgba")
    rgb = frames_of(Video(str(path)))[0].rgb
    assert rgb[:, :32].max() == 0
    assert rgb[:, 32:].min() == 200


BT601, BT709 = (0.299, 0.114), (0.2126, 0.0722)


YUV = (120, 90, 190)


LIMITED, FULL = 1, 2


def exact_rgb(weights: tuple[float, float], color_range: int) -> np.ndarray:
    """Convert YUV in floating point, by the red and blue weight of the matrix."""
    red_weight, blue_weight = weights
    start, luma_range, chroma_range = (16, 219, 224) if color_range == LIMITED else (0, 255, 255)
    luma = (YUV[0] - start) / luma_range
    red = luma + 2 * (1 - red_weight) * (YUV[2] - 128) / chroma_range
    blue = luma + 2 * (1 - blue_weight) * (YUV[1] - 128) / chroma_range
    green = (luma - red_weight * red - blue_weight * blue) / (1 - red_weight - blue_weight)
    return np.clip(255 * np.array([red, green, blue]), 0, 255)


def flat_yuv(width: int, height: int) -> np.ndarray:
    planes = np.full((height * 3 // 2, width), YUV[0], np.uint8)
    planes[height : height * 5 // 4] = YUV[1]
    planes[height * 5 // 4 :] = YUV[2]
    return planes


@pytest.mark.parametrize(
    ("colorspace", "color_range", "size_wh", "weights"),
    [
        (1, LIMITED, (64, 48), BT709),
        (1, FULL, (64, 48), BT709),
        (6, LIMITED, (64, 48), BT601),
        (6, FULL, (64, 48), BT601),
        (2, LIMITED, (64, 48), BT601),
        (2, LIMITED, (1280, 720), BT709),
    ],
    ids=["709", "709 full", "601", "601 full", "untagged small", "untagged HD"],
)
def test_matrix_and_range_are_the_files(
    make_video: MakeVideo,
    colorspace: int,
    color_range: int,
    size_wh: tuple[int, int],
    weights: tuple[float, float],
    frames_of: FramesOf,
) -> None:
    def tag(stream: Any) -> None:
        stream.width, stream.height = size_wh
        stream.codec_context.colorspace = colorspace
        stream.codec_context.color_range = color_range

    options = {"qp": "0", "preset": "ultrafast"}
    path = make_video(pictures=[flat_yuv(*size_wh)], source_fmt="yuv420p", prepare=tag, options=options)
    rgb = frames_of(Video(str(path)))[0].rgb
    assert np.abs(rgb[10, 10] - exact_rgb(weights, color_range)).max() <= 3


@pytest.mark.parametrize("size_wh", [(63, 47), (2, 2), (17, 16), (641, 33)])
def test_odd_sizes_survive(
    make_video: MakeVideo, gradient: Gradient, size_wh: tuple[int, int], frames_of: FramesOf
) -> None:
    path = make_video("c.mkv", [gradient(0, size_wh)] * 3, codec="ffv1", pix_fmt="yuv420p")
    video = Video(str(path))
    assert video.info.size_wh == size_wh
    assert [frame.size_wh for frame in frames_of(video)] == [size_wh] * 3


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (-90, 3), (180, 2), (0, 0)])
def test_a_phones_turn_is_honoured(
    make_video: MakeVideo,
    gradient: Gradient,
    degrees: int,
    turns: int,
    frames_of: FramesOf,
    difference: Difference,
) -> None:
    path = make_video(prepare=lambda stream: stream.set_display_rotation(degrees))
    video = Video(str(path))
    assert video.info.size_wh == ((48, 64) if turns % 2 else (64, 48))
    rgb = frames_of(video)[2].rgb
    assert rgb.flags.c_contiguous
    assert difference(rgb, np.rot90(gradient(2), turns)) < 6


@pytest.mark.parametrize(
    ("shape", "size_wh"), [(Fraction(2), (128, 48)), (Fraction(1, 2), (64, 96)), (Fraction(99), (64, 48))]
)
def test_pixels_become_square(
    make_video: MakeVideo, shape: Fraction, size_wh: tuple[int, int], frames_of: FramesOf
) -> None:
    def prepare(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = shape

    video = Video(str(make_video(prepare=prepare)))
    assert video.info.size_wh == size_wh
    assert frames_of(video)[0].size_wh == size_wh


def test_interlaced_lines_are_blended(make_video: MakeVideo, frames_of: FramesOf) -> None:
    combed = np.zeros((48, 64, 3), np.uint8)
    combed[::2] = 200
    path = make_video(pictures=[combed] * 4, options={"x264-params": "tff=1:qp=5"})
    rgb = frames_of(Video(str(path)))[1].rgb
    assert np.ptp(rgb[4:-4].mean((1, 2))) < 15


@given(st.integers(16, 4096), st.integers(16, 4096), st.fractions(Fraction(1, 4), 4, max_denominator=99))
def test_a_square_size_stretches_one_side_by_the_pixels_shape(
    width: int, height: int, shape: Fraction
) -> None:
    wide, high = square_size((width, height), shape)
    assert wide == width or high == height
    assert wide >= width
    assert high >= height
    assert wide / high == pytest.approx(width * shape / height, rel=1 / 32)


@pytest.mark.parametrize("shape", [None, Fraction(0), Fraction(1), Fraction(1, 5), Fraction(5)])
def test_a_shape_that_is_missing_or_absurd_is_square(shape: Fraction | None) -> None:
    assert square_size((720, 576), shape) == (720, 576)


@pytest.mark.parametrize("pixels", ["yuv420p", "rgb24", "rgba"])
def test_each_picture_is_an_array_of_its_own(gradient: Gradient, pixels: str) -> None:
    frame = av.VideoFrame.from_ndarray(gradient(0), format="rgb24").reformat(format=pixels)
    develop = Developer(frame, None)
    first = develop(frame)
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(develop(frame), kept)


def test_pictures_of_another_size_in_mid_stream_get_the_first_one_s(gradient: Gradient) -> None:
    frames = [av.VideoFrame.from_ndarray(gradient(0, size), format="rgb24") for size in ((64, 48), (32, 24))]
    develop = Developer(frames[0], None)
    assert [develop(frame).shape for frame in frames] == [(48, 64, 3)] * 2
