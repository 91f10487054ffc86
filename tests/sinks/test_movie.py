import contextlib
import errno
import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livedream.frame import Rgb
from livedream.sinks.h264 import ENCODERS
from livedream.sinks.movie import SUFFIXES, Movie, WholeFile


class Sluggish(io.FileIO):
    """Takes at most 97 bytes at a time, and no more than `room` in all."""

    room = 10**9

    def write(self, data: memoryview) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = super().write(bytes(data)[: min(97, self.room)])
        self.room -= taken
        return taken


def picture(index: int) -> Rgb:
    rgb = np.full((96, 128, 3), (20, 90, 160), np.uint8)
    rgb[:, index % 128 :] = (220, 60, 20)
    return rgb


def decoded(path: Path | str) -> list[av.VideoFrame]:
    """The frames up to the first damage, as a player shows them."""
    frames = []
    with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
        frames.extend(container.decode(video=0))
    return frames


def growing(path: Path, count: int) -> Movie:
    """A film of `count` frames at 30 a second that is still being recorded."""
    movie = Movie(WholeFile(path.open("wb", buffering=0)), path.suffix, (128, 96), Fraction(30), ENCODERS)
    for index in range(count):
        movie.add(picture(index), index)
    return movie


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_disk_that_fills_up_at_any_byte_leaves_what_is_kept(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    growing(whole, 60).finish()

    @settings(max_examples=20, deadline=None)
    @given(st.integers(1500, whole.stat().st_size))
    def fill_up_after(size: int) -> None:
        raw = Sluggish(tmp_path / f"film{suffix}", "wb")
        raw.room = size
        movie = Movie(WholeFile(raw), suffix, (128, 96), Fraction(30), ENCODERS)
        with contextlib.suppress(OSError):
            for index in range(60):
                movie.add(picture(index), index)
        with contextlib.suppress(OSError):
            movie.finish()
        assert not movie.kept_s or len(decoded(raw.name)) >= round(movie.kept_s * 30)

    fill_up_after()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_said_to_be_kept_is_kept(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    movie = growing(path, 80)
    shown = [frame for frame in decoded(path) if frame.time < movie.kept_s]
    assert movie.kept_s >= 2.1
    assert len(shown) == round(movie.kept_s * 30)
    movie.finish()
    assert len(decoded(path)) == 80


def boxes(data: bytes) -> list[str]:
    """The outermost boxes of an MP4 file."""
    names, place = [], 0
    while place < len(data):
        size, name = struct.unpack(">I4s", data[place : place + 8])
        names.append(name.decode())
        place += size
    return names


def test_a_film_is_in_fragments_while_it_grows_and_ordinary_once_closed(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    movie = growing(path, 40)
    assert boxes(path.read_bytes()).count("moof") == 2
    movie.finish()
    assert boxes(path.read_bytes()) == ["ftyp", "free", "mdat", "moov"]
    with av.open(str(path)) as container:
        assert container.duration == pytest.approx(40 / 30 * 1e6, abs=1)


def test_a_file_that_is_made_later_holds_what_is_written_until_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    file = WholeFile.later(lambda: Sluggish(path, "wb"), seekable=True)
    file.write(b"head")
    file.mark_whole()
    assert not file.begun
    assert not path.exists()
    file.begin()
    file.begin()
    assert path.read_bytes() == b"head"
    file.write(b" and tail")
    file.seek(0)
    file.write(b"HEAD")
    file.close()
    assert path.read_bytes() == b"HEAD and tail"


def test_bytes_that_a_file_takes_in_parts_all_arrive(tmp_path: Path) -> None:
    file = WholeFile(Sluggish(tmp_path / "bytes", "wb"))
    assert file.write(b"0123456789" * 50) == 500
    assert file.written == 500
    file.close()
    assert (tmp_path / "bytes").read_bytes() == b"0123456789" * 50


def test_after_a_failure_a_file_takes_nothing_more_and_ends_where_it_was_whole(tmp_path: Path) -> None:
    raw = Sluggish(tmp_path / "bytes", "wb")
    raw.room = 10
    file = WholeFile(raw)
    file.write(b"whole")
    file.mark_whole()
    file.check()
    assert file.write(b"not whole") == 9
    raw.room = 100
    assert file.write(b"more") == 4
    assert file.seek(0) == 0
    for check in (file.check, file.mark_whole):
        with pytest.raises(OSError, match="No space"):
            check()
    file.close()
    file.close()
    assert (tmp_path / "bytes").read_bytes() == b"whole"
