"""A recorder that is opened again: what it has recorded stays, whatever happened in between."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Never

import av
import cv2
import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks import recorder
from livedream.sinks.h264 import Encoder
from livedream.sinks.movie import Movie
from livedream.sinks.recorder import Recorder

SIZE_WH = (128, 96)


def noise(index: int) -> Rgb:
    return np.random.default_rng(index).integers(0, 256, (96, 128, 3), np.uint8)


def write_frames(sink: Recorder, count: int) -> None:
    for tick in range(count):
        sink.write(noise(tick), tick / 30)


def frames_in(path: Path) -> int:
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


@pytest.fixture
def stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Recorder]:
    """Makes one that has recorded 40 frames and was stopped by a fault of the encoder's, not yet closed."""

    def make(overwrite: bool) -> Recorder:
        (tmp_path / "shows").mkdir()
        sink = Recorder(tmp_path / "shows" / "film.mp4", overwrite=overwrite)
        sink.open(SIZE_WH, 30)
        write_frames(sink, 40)
        with monkeypatch.context() as at_fault:
            at_fault.setattr(Movie, "add", failing(OSError(5, "Input/output error")))
            with pytest.raises(SinkError, match="has stopped because"):
                sink.write(noise(40), 40 / 30)
        return sink

    return make


def failing(fault: Exception) -> Callable[..., Never]:
    def fail(*_: object, **__: object) -> Never:
        raise fault

    return fail


def take_folder_away(sink: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    sink.close()
    away = sink.path.parent.with_name("away")
    sink.path.parent.rename(away)
    for _ in range(2):
        with pytest.raises(SinkError, match="does not exist"):
            sink.open(SIZE_WH, 30)
        sink.close()
    away.rename(sink.path.parent)


def take_encoders_away(sink: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(recorder, "ENCODERS", (Encoder("h264_missing"),))
        for _ in range(2):
            with pytest.raises(SinkError, match=r"No H\.264 encoder"):
                sink.open(SIZE_WH, 30)
            sink.close()


def protect_disk(sink: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    sink.close()
    with monkeypatch.context() as protected:
        protected.setattr(recorder.tempfile, "TemporaryFile", failing(OSError(30, "Read-only file system")))
        for _ in range(2):
            with pytest.raises(SinkError, match="Read-only"):
                sink.open(SIZE_WH, 30)
            sink.close()


def take_memory_away(sink: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr(recorder, "Movie", failing(MemoryError()))
        for _ in range(2):
            with pytest.raises(MemoryError):
                sink.open(SIZE_WH, 30)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("between", [take_folder_away, take_encoders_away, protect_disk, take_memory_away])
def test_one_that_could_not_be_opened_meanwhile_goes_on_beside_what_it_kept(
    stopped: Callable[[bool], Recorder],
    monkeypatch: pytest.MonkeyPatch,
    between: Callable[[Recorder, pytest.MonkeyPatch], None],
    overwrite: bool,
) -> None:
    sink = stopped(overwrite)
    failure = sink.failure
    between(sink, monkeypatch)
    sink.open(SIZE_WH, 30)
    write_frames(sink, 20)
    sink.close()
    second = sink.path.with_name("film-2.mp4")
    assert sink.files == (sink.path, second)
    assert sink.went_on == (second,)
    assert (frames_in(sink.path), frames_in(second)) == (40, 20)
    assert sink.failure is failure is not None


@pytest.mark.parametrize(
    "fault", [cv2.error("assertion\nfailed"), MemoryError(), ValueError("odd"), av.FFmpegError(1, "odd")]
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_whatever_an_encoder_raises_ends_this_file_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, overwrite: bool
) -> None:
    sink = Recorder(tmp_path / "film.mp4", overwrite=overwrite)
    sink.open(SIZE_WH, 30)
    write_frames(sink, 40)
    with monkeypatch.context() as at_fault:
        at_fault.setattr("livedream.sinks.movie.to_yuv", failing(fault))
        with pytest.raises(SinkError, match=r"has stopped because .* s are kept in it") as caught:
            sink.write(noise(40), 40 / 30)
    assert "\n" not in str(caught.value)
    assert "()" not in str(caught.value)
    sink.open(SIZE_WH, 30)
    write_frames(sink, 20)
    sink.close()
    assert [file.name for file in sink.files] == ["film.mp4", "film-2.mp4"]
    assert [frames_in(file) for file in sink.files] == [40, 20]
    assert sink.failure is caught.value


def test_what_finishing_a_film_raises_is_told_and_its_file_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[io.FileIO] = []

    def open_file(path: Path, overwrite: bool) -> io.FileIO:
        files.append(recorder.open_raw(path, overwrite))
        return files[-1]

    sink = Recorder(tmp_path / "film.mp4", open_file=open_file)
    sink.open(SIZE_WH, 30)
    write_frames(sink, 40)
    with monkeypatch.context() as at_fault:
        at_fault.setattr(Movie, "_mux", failing(MemoryError()))
        sink.close()
    assert "there is not enough memory" in str(sink.failure)
    assert files[0].closed
    assert frames_in(sink.path) > 10


@pytest.mark.parametrize("overwrite", [False, True])
def test_one_that_is_opened_again_without_a_fault_goes_on_beside_what_it_has(
    tmp_path: Path, overwrite: bool
) -> None:
    (tmp_path / "film-2.mp4").write_bytes(b"another film")
    sink = Recorder(tmp_path / "film.mp4", overwrite=overwrite)
    sink.close()
    for count in (40, 20):
        sink.open(SIZE_WH, 30)
        write_frames(sink, count)
        sink.close()
        sink.close()
    assert [file.name for file in sink.files] == ["film.mp4", "film-3.mp4"]
    assert [file.name for file in sink.went_on] == ["film-3.mp4"]
    assert [frames_in(file) for file in sink.files] == [40, 20]
    assert (tmp_path / "film-2.mp4").read_bytes() == b"another film"
    assert sink.failure is None
    with pytest.raises(SinkError, match="not being recorded"):
        sink.write(noise(0), 0.0)


def test_a_next_part_takes_no_place_that_somebody_else_took_meanwhile(
    stopped: Callable[[bool], Recorder],
) -> None:
    sink = stopped(True)
    sink.open(SIZE_WH, 30)
    second = sink.path.with_name("film-2.mp4")
    second.write_bytes(b"another film")
    with pytest.raises(SinkError, match="a file of that name now exists"):
        sink.write(noise(0), 0.0)
    sink.open(SIZE_WH, 30)
    write_frames(sink, 20)
    sink.close()
    assert [file.name for file in sink.files] == ["film.mp4", "film-3.mp4"]
    assert second.read_bytes() == b"another film"


def test_why_one_could_not_begin_at_once_is_told_at_its_end(tmp_path: Path) -> None:
    sink = Recorder(tmp_path / "shows" / "film.mp4")
    for _ in range(2):
        with pytest.raises(SinkError, match="does not exist"):
            sink.open(SIZE_WH, 30)
        sink.close()
    assert "shows does not exist" in str(sink.failure)
    (tmp_path / "shows").mkdir()
    sink.open(SIZE_WH, 30)
    write_frames(sink, 20)
    sink.close()
    assert "shows does not exist" in str(sink.failure)
    assert sink.files == sink.went_on == (sink.path,)
