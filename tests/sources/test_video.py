"""Videos: what is decoded is what people should see, when they should see it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import SourceError
from livedream.frame import Frame
from livedream.sources.video import Video

MakeVideo = Callable[..., Path]
Gradient = Callable[..., np.ndarray]
FramesOf = Callable[..., list[Frame]]
Difference = Callable[[np.ndarray, np.ndarray], float]
GO = threading.Event()


def test_frames_are_right_and_in_time(
    make_video: MakeVideo, gradient: Gradient, frames_of: FramesOf, difference: Difference
) -> None:
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
        assert difference(frame.rgb, gradient(i)) < 6
    assert not np.shares_memory(frames[0].rgb, frames[1].rgb)
    assert video.health.state == "off"
    assert "has ended" in video.health.message


def test_variable_rate_is_kept(make_video: MakeVideo, frames_of: FramesOf) -> None:
    path = make_video("c.mkv", pts=[0, 1, 2, 3, 10, 11, 30, 31, 32, 33])
    due = [frame.media_s for frame in frames_of(Video(str(path)))]
    assert due == pytest.approx([0, 0.1, 0.2, 0.3, 1.0, 1.1, 3.0, 3.1, 3.2, 3.3], abs=0.002)


def test_looping_goes_on_in_time(
    make_video: MakeVideo, gradient: Gradient, frames_of: FramesOf, difference: Difference
) -> None:
    frames = frames_of(Video(str(make_video()), loop=True), most=35)
    assert [frame.index for frame in frames] == list(range(35))
    assert [frame.media_s for frame in frames] == pytest.approx([i / 10 for i in range(35)], abs=0.001)
    assert difference(frames[23].rgb, gradient(3)) < 6


def test_an_animated_gif_plays(make_video: MakeVideo, frames_of: FramesOf) -> None:
    path = make_video("c.gif", codec="gif", pix_fmt="rgb8")
    frames = frames_of(Video(str(path), loop=True), most=25)
    assert len(frames) == 25
    assert all(later.media_s > earlier.media_s for earlier, later in pairwise(frames))


def test_a_raw_stream_has_a_sensible_rate(make_video: MakeVideo, frames_of: FramesOf) -> None:
    video = Video(str(make_video("c.h264")))
    assert 0 < video.info.fps <= 240
    assert len(frames_of(video)) == 10


def test_a_cut_file_plays_as_far_as_it_goes(make_video: MakeVideo, frames_of: FramesOf) -> None:
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


def test_a_damaged_middle_is_left_out(make_video: MakeVideo, frames_of: FramesOf) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = make_video("c.mp4", noise, options={"g": "1"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9000] = b"\xff" * 9000
    path.write_bytes(content)
    video = Video(str(path))
    assert 15 <= len(frames_of(video)) <= 30
    assert "damaged" in video.health.message


def test_stamps_that_jump_are_told(make_video: MakeVideo, frames_of: FramesOf) -> None:
    video = Video(str(make_video("c.ts", pts=[*range(5), *range(500, 505)])))
    due = [frame.media_s for frame in frames_of(video)]
    assert due == pytest.approx([n / 10 for n in range(10)], abs=0.01)
    assert "the time stamps of c.ts jump by 50 s at 0.5 s" in video.health.message


def test_a_whole_file_is_not_called_damaged(make_video: MakeVideo, frames_of: FramesOf) -> None:
    video = Video(str(make_video()), loop=True)
    frames_of(video, most=15)
    assert video.health.ok
    assert video.health.message == ""


def remove(path: Path) -> None:
    try:
        path.unlink()
    except PermissionError:
        pytest.skip("an open file cannot be removed here")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("c.mp4", {}),
        ("c.mkv", {"pts": [0, 1, 2, 3, 10, 11, 30, 31, 32, 33]}),
        ("c.ts", {}),
        ("c.avi", {"codec": "mpeg4"}),
        ("c.gif", {"codec": "gif", "pix_fmt": "rgb8"}),
        ("c.h264", {}),
    ],
)
def test_a_loop_whose_file_vanished_goes_on_as_before(
    make_video: MakeVideo, frames_of: FramesOf, name: str, form: dict[str, object]
) -> None:
    path = make_video(name, **form)
    wanted = frames_of(Video(str(path), loop=True), most=45)
    video = Video(str(path), loop=True)
    frames = frames_of(video, most=5)
    remove(path)
    frames += frames_of(video, most=40)
    assert [frame.media_s for frame in frames] == [frame.media_s for frame in wanted]
    assert all(np.array_equal(*pair) for pair in zip(pictures(frames), pictures(wanted), strict=True))
    assert video.health.ok
    assert video.health.message == ""


def pictures(frames: list[Frame]) -> list[np.ndarray]:
    return [frame.rgb for frame in frames]


def test_a_loop_of_one_picture_whose_file_vanished_goes_on(
    make_video: MakeVideo, gradient: Gradient, frames_of: FramesOf
) -> None:
    path = make_video(pictures=[gradient(0)])
    video = Video(str(path), loop=True)
    remove(path)
    due = [frame.media_s for frame in frames_of(video, most=6)]
    assert due == pytest.approx([i / 10 for i in range(6)])


def test_a_cut_file_that_vanished_loops_as_far_as_it_goes(make_video: MakeVideo, frames_of: FramesOf) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)
    path = make_video("c.mkv", noise, options={"g": "5"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    wanted = frames_of(Video(str(path), loop=True), most=60)
    video = Video(str(path), loop=True)
    frames = frames_of(video, most=5)
    remove(path)
    frames += frames_of(video, most=55)
    assert [frame.media_s for frame in frames] == [frame.media_s for frame in wanted]
    assert "cut short" in video.health.message


def test_a_file_that_is_written_anew_is_taken_up_when_it_can_be_read(
    make_video: MakeVideo, gradient: Gradient, frames_of: FramesOf, difference: Difference
) -> None:
    other = make_video("other.mp4", [gradient(9)] * 10)
    path = make_video()
    video = Video(str(path), loop=True)
    frames = frames_of(video, most=5)
    remove(path)
    path.write_bytes(other.read_bytes()[:200])
    frames += frames_of(video, most=10)
    other.replace(path)
    frames += frames_of(video, most=10)
    assert difference(frames[13].rgb, gradient(3)) < 6
    assert all(difference(frame.rgb, gradient(9)) < 6 for frame in frames[20:])
    assert [frame.media_s for frame in frames] == pytest.approx([i / 10 for i in range(25)], abs=0.001)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no open file")
def test_a_loop_of_which_nothing_is_left_says_so(make_video: MakeVideo, frames_of: FramesOf) -> None:
    # Larger than what FFmpeg reads ahead.
    noise = np.random.default_rng(0).integers(0, 255, (30, 96, 128, 3), np.uint8)
    path = make_video("clip.mp4", noise, options={"qp": "4"})
    video = Video(str(path), loop=True)
    frames_of(video, most=5)
    path.write_bytes(b"")
    with pytest.raises(SourceError, match=r"cannot play clip\.mp4 again"):
        frames_of(video, most=100)


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


def test_closing_while_another_thread_reads_is_safe(make_video: MakeVideo, frames_of: FramesOf) -> None:
    video = Video(str(make_video()), loop=True)
    reader = threading.Thread(target=lambda: frames_of(video, most=100_000))
    reader.start()
    threading.Event().wait(0.05)
    video.close()
    reader.join(60)
    assert not reader.is_alive()


@pytest.mark.parametrize("part", ["livedream.sources.video.Developer.__call__", "av.Packet.decode"])
@pytest.mark.parametrize("loop", [True, False])
def test_after_whatever_a_read_raises_it_can_be_read_on(
    make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch, part: str, loop: bool
) -> None:
    video = Video(str(make_video()), loop=loop)
    for _ in range(3):
        assert video.read(GO) is not None
    with monkeypatch.context() as patch:
        patch.setattr(part, Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            list(iter(lambda: video.read(GO), None))
    after = video.read(GO)
    assert (after is None) == (not loop and "decode" in part), "a run that broke off is over"
    video.close()
