"""Videos: what is decoded is what people should see, when they should see it."""

from __future__ import annotations

import threading
import wave
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import InputError, SourceError
from livedream.frame import Frame
from livedream.sources.video import Video

MakeVideo = Callable[..., Path]
Gradient = Callable[..., np.ndarray]
GO = threading.Event()


def frames_of(video: Video, most: int = 1000) -> list[Frame]:
    frames = []
    while len(frames) < most and (frame := video.read(GO)) is not None:
        frames.append(frame)
    return frames


def error(first: np.ndarray, second: np.ndarray) -> float:
    assert first.shape == second.shape
    return float(np.abs(first.astype(float) - second.astype(float)).mean())


def test_frames_are_right_and_in_time(make_video: MakeVideo, gradient: Gradient) -> None:
    video = Video(str(make_video()), clock=ManualClock(3.0))
    frames = frames_of(video)
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.media_s for frame in frames] == pytest.approx([i / 10 for i in range(10)])
    assert video.info.fps == pytest.approx(10)
    assert video.info.size_wh == (64, 48)
    assert video.info.name == "clip.mp4"
    for i, frame in enumerate(frames):
        assert frame.captured_s == 3.0
        assert frame.rgb.dtype == np.uint8
        assert frame.rgb.flags.c_contiguous
        assert error(frame.rgb, gradient(i)) < 6
    assert not np.shares_memory(frames[0].rgb, frames[1].rgb)
    assert video.health.state == "off"
    assert "has ended" in video.health.message


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
    make_video: MakeVideo, gradient: Gradient, coded: dict[str, Any]
) -> None:
    frames = frames_of(Video(str(make_video(**coded))))
    assert len(frames) == 10
    assert max(error(frame.rgb, gradient(i)) for i, frame in enumerate(frames)) < 10


def test_grey_becomes_rgb(make_video: MakeVideo, gradient: Gradient) -> None:
    path = make_video("c.mkv", codec="ffv1", pix_fmt="gray")
    rgb = frames_of(Video(str(path)))[0].rgb
    assert np.ptp(rgb, axis=-1).max() == 0
    assert np.ptp(rgb) > 100


def test_transparency_lies_over_black(make_video: MakeVideo) -> None:
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
def test_odd_sizes_survive(make_video: MakeVideo, gradient: Gradient, size_wh: tuple[int, int]) -> None:
    path = make_video("c.mkv", [gradient(0, size_wh)] * 3, codec="ffv1", pix_fmt="yuv420p")
    video = Video(str(path))
    assert video.info.size_wh == size_wh
    assert [frame.size_wh for frame in frames_of(video)] == [size_wh] * 3


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (-90, 3), (180, 2), (0, 0)])
def test_a_phones_turn_is_honoured(
    make_video: MakeVideo, gradient: Gradient, degrees: int, turns: int
) -> None:
    path = make_video(prepare=lambda stream: stream.set_display_rotation(degrees))
    video = Video(str(path))
    assert video.info.size_wh == ((48, 64) if turns % 2 else (64, 48))
    rgb = frames_of(video)[2].rgb
    assert rgb.flags.c_contiguous
    assert error(rgb, np.rot90(gradient(2), turns)) < 6


@pytest.mark.parametrize(
    ("shape", "size_wh"), [(Fraction(2), (128, 48)), (Fraction(1, 2), (64, 96)), (Fraction(99), (64, 48))]
)
def test_pixels_become_square(make_video: MakeVideo, shape: Fraction, size_wh: tuple[int, int]) -> None:
    def prepare(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = shape

    video = Video(str(make_video(prepare=prepare)))
    assert video.info.size_wh == size_wh
    assert frames_of(video)[0].size_wh == size_wh


def test_interlaced_lines_are_blended(make_video: MakeVideo) -> None:
    combed = np.zeros((48, 64, 3), np.uint8)
    combed[::2] = 200
    path = make_video(pictures=[combed] * 4, options={"x264-params": "tff=1:qp=5"})
    rgb = frames_of(Video(str(path)))[1].rgb
    assert np.ptp(rgb[4:-4].mean((1, 2))) < 15


def test_variable_rate_is_kept(make_video: MakeVideo) -> None:
    path = make_video("c.mkv", pts=[0, 1, 2, 3, 10, 11, 30, 31, 32, 33])
    due = [frame.media_s for frame in frames_of(Video(str(path)))]
    assert due == pytest.approx([0, 0.1, 0.2, 0.3, 1.0, 1.1, 3.0, 3.1, 3.2, 3.3], abs=0.002)


def test_looping_goes_on_in_time(make_video: MakeVideo, gradient: Gradient) -> None:
    frames = frames_of(Video(str(make_video()), loop=True), most=35)
    assert [frame.index for frame in frames] == list(range(35))
    assert [frame.media_s for frame in frames] == pytest.approx([i / 10 for i in range(35)], abs=0.001)
    assert error(frames[23].rgb, gradient(3)) < 6


def test_an_animated_gif_plays(make_video: MakeVideo) -> None:
    path = make_video("c.gif", codec="gif", pix_fmt="rgb8")
    frames = frames_of(Video(str(path), loop=True), most=25)
    assert len(frames) == 25
    assert all(later.media_s > earlier.media_s for earlier, later in pairwise(frames))


def test_a_raw_stream_has_a_sensible_rate(make_video: MakeVideo) -> None:
    video = Video(str(make_video("c.h264")))
    assert 0 < video.info.fps <= 240
    assert len(frames_of(video)) == 10


def test_a_cut_file_plays_as_far_as_it_goes(make_video: MakeVideo) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = make_video("c.mkv", noise, options={"g": "5"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    video = Video(str(path))
    frames = frames_of(video)
    assert 8 <= len(frames) <= 22
    assert "c.mkv is damaged or cut short at 1." in video.health.message
    looped = Video(str(path), loop=True)
    assert len(frames_of(looped, most=60)) == 60
    assert looped.health.state == "live"
    assert "cut short" in looped.health.message


def test_a_damaged_middle_is_left_out(make_video: MakeVideo) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = make_video("c.mp4", noise, options={"g": "1"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9000] = b"\xff" * 9000
    path.write_bytes(content)
    video = Video(str(path))
    assert 15 <= len(frames_of(video)) <= 30
    assert "damaged" in video.health.message


def test_a_whole_file_is_not_called_damaged(make_video: MakeVideo) -> None:
    video = Video(str(make_video()), loop=True)
    frames_of(video, most=15)
    assert video.health.ok
    assert video.health.message == ""


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    with pytest.raises(InputError, match=r"a\.wav has sound but no picture"):
        Video(str(tmp_path / "a.wav"))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 5000, bytes(range(256)) * 40], ids=["empty", "zero", "bytes"]
)
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"c\.mp4"):
        Video(str(path))


def test_a_loop_whose_file_vanished_says_so(make_video: MakeVideo) -> None:
    path = make_video()
    video = Video(str(path), loop=True)
    frames_of(video, most=5)
    try:
        path.unlink()
    except PermissionError:
        pytest.skip("an open file cannot be removed here")
    with pytest.raises(SourceError, match=r"cannot play clip\.mp4 again"):
        frames_of(video)


def test_stop_and_close_end_it(make_video: MakeVideo) -> None:
    video = Video(str(make_video()))
    stop = threading.Event()
    stop.set()
    assert video.read(stop) is None
    assert video.health.ok
    video.close()
    video.close()
    assert video.read(GO) is None
    assert video.health.state == "off"


def test_closing_while_another_thread_reads_is_safe(make_video: MakeVideo) -> None:
    video = Video(str(make_video()), loop=True)
    reader = threading.Thread(target=lambda: frames_of(video, most=100_000))
    reader.start()
    threading.Event().wait(0.05)
    video.close()
    reader.join(2)
    assert not reader.is_alive()
