"""One run through a file: every picture once, and where something is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sources.decoding import LOOKAHEAD, Decoding, duration_s, stamp_s

MakeVideo = Callable[..., Path]


def pictures(run: Decoding) -> Iterator[av.VideoFrame]:
    while (picture := run.next()) is not None:
        yield picture


@pytest.fixture
def noise() -> np.ndarray:
    """Give 30 pictures that take some bytes each."""
    return np.random.default_rng(0).integers(0, 255, (30, 48, 64, 3), np.uint8)


def test_every_picture_is_taken_once_and_those_ahead_first(make_video: MakeVideo) -> None:
    run = Decoding(str(make_video()))
    assert len(run.ahead) == 1
    assert run.declared_fps == 10
    first = run.ahead[0]
    taken = list(pictures(run))
    assert taken[0] is first
    assert [stamp_s(picture) for picture in taken] == pytest.approx([n / 10 for n in range(10)])
    assert run.ahead == ()
    assert run.next() is None
    assert run.damaged_s is None


def test_of_what_declares_an_impossible_rate_some_are_looked_at_and_none_is_lost(
    make_video: MakeVideo, noise: np.ndarray
) -> None:
    run = Decoding(str(make_video("c.mkv", noise, fps=500, pts=[50 * n for n in range(30)])))
    assert run.declared_fps > 240
    assert len(run.ahead) == LOOKAHEAD
    stamps = [stamp_s(picture) for picture in pictures(run)]
    assert stamps == pytest.approx([n / 10 for n in range(30)], abs=2e-3)


@pytest.mark.parametrize("name", ["c.mp4", "c.mkv", "c.ts", "c.h264"])
@pytest.mark.parametrize("taken", [0, 4, 11])
def test_rewound_it_gives_the_same_again(make_video: MakeVideo, name: str, taken: int) -> None:
    path = str(make_video(name))
    wanted = [(picture.pts, picture.to_ndarray().tobytes()) for picture in pictures(Decoding(path))]
    run = Decoding(path)
    for _ in range(taken):
        run.next()
    run.rewind()
    assert [(picture.pts, picture.to_ndarray().tobytes()) for picture in pictures(run)] == wanted
    assert run.damaged_s is None


@pytest.mark.parametrize("name", ["c.mp4", "c.mkv", "c.avi", "c.ts"])
def test_the_length_is_what_the_file_declares(make_video: MakeVideo, name: str) -> None:
    codec = "mpeg4" if name == "c.avi" else "libx264"
    run = Decoding(str(make_video(name, codec=codec)))
    assert run.declared_s == pytest.approx(1.0, abs=0.11)
    list(pictures(run))
    assert run.damaged_s is None


def test_sound_that_goes_on_makes_the_pictures_no_longer(make_video: MakeVideo, tmp_path: Path) -> None:
    with av.open(str(make_video())) as clip, av.open(str(tmp_path / "long.mkv"), "w") as film:
        video = film.add_stream_from_template(clip.streams.video[0])
        audio = film.add_stream("pcm_s16le", 8000, layout="mono")
        for packet in clip.demux(video=0):
            if packet.size:
                packet.stream = video
                film.mux(packet)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 24_000), np.int16), "s16", "mono")
        silence.sample_rate = 8000
        film.mux([*audio.encode(silence), *audio.encode()])
    run = Decoding(str(tmp_path / "long.mkv"))
    assert run.declared_s == pytest.approx(1.0, abs=0.11)
    assert len(list(pictures(run))) == 10
    assert run.damaged_s is None


@pytest.mark.parametrize("begins", [0, 20])
def test_pictures_that_begin_late_are_not_missing_at_the_end(make_video: MakeVideo, begins: int) -> None:
    run = Decoding(str(make_video("late.mkv", pts=range(begins, begins + 10))))
    assert stamp_s(run.ahead[0]) == pytest.approx(begins / 10)
    assert run.declared_s == pytest.approx(1.0, abs=0.11)
    assert len(list(pictures(run))) == 10
    assert run.damaged_s is None


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_a_file_that_is_cut_short_says_where(make_video: MakeVideo, noise: np.ndarray, share: float) -> None:
    path = make_video("c.mkv", noise, options={"g": "5"})
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    run = Decoding(str(path))
    count = len(list(pictures(run)))
    assert count == pytest.approx(30 * share, abs=5)
    assert run.damaged_s == pytest.approx(count / 10, abs=0.2)


def test_what_cannot_be_decoded_in_the_middle_is_left_out_and_what_follows_is_not(
    make_video: MakeVideo, noise: np.ndarray
) -> None:
    path = make_video("c.mp4", noise, options={"g": "1"})
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 9000] = b"\xff" * 9000
    path.write_bytes(content)
    run = Decoding(str(path))
    stamps = [stamp_s(picture) for picture in pictures(run)]
    assert run.damaged_s is not None
    assert 0 < run.damaged_s < 2.9
    assert stamps[-1] == pytest.approx(2.9)


def test_a_file_without_a_single_picture_is_told(make_video: MakeVideo, noise: np.ndarray) -> None:
    path = make_video("c.mkv", noise, options={"g": "30"})
    path.write_bytes(path.read_bytes()[:1200])
    with pytest.raises(InputError, match=r"c\.mkv"):
        Decoding(str(path))


def test_stamps_and_durations_are_seconds_or_none() -> None:
    picture = av.VideoFrame(8, 8, "rgb24")
    assert (stamp_s(picture), duration_s(picture)) == (None, None)
    picture.pts, picture.duration, picture.time_base = 45_000, 3_000, Fraction(1, 90_000)
    assert (stamp_s(picture), duration_s(picture)) == (0.5, pytest.approx(1 / 30))
    picture.pts = 0
    assert stamp_s(picture) == 0.0


def test_a_closed_run_gives_nothing_more(make_video: MakeVideo) -> None:
    run = Decoding(str(make_video()))
    run.close()
    run.close()
    assert run.next() is None
