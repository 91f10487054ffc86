import contextlib
import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import livedream
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks import h264, recorder
from livedream.sinks.h264 import Encoder
from livedream.sinks.recorder import Recorder
from livedream.sinks.sink import Sink

SUFFIXES = [".mp4", ".mov", ".mkv"]
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255)]
COLOURS += [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 90), (20, 90, 160), (240, 200, 170)]


def picture(index: int, size_wh: tuple[int, int] = (128, 96)) -> Rgb:
    rgb = np.full((size_wh[1], size_wh[0], 3), (20, 90, 160), np.uint8)
    rgb[:, index % size_wh[0] :] = (220, 60, 20)
    return rgb


def noise(index: int) -> Rgb:
    return np.random.default_rng(index).integers(0, 256, (96, 128, 3), np.uint8)


def write_all(sink: Recorder, ticks: Iterable[int]) -> None:
    for tick in ticks:
        sink.write(noise(tick), tick / 30)


def decoded(path: Path) -> list[av.VideoFrame]:
    """The frames up to the first damage, as a player shows them."""
    frames = []
    with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
        frames.extend(container.decode(video=0))
    return frames


def record(
    path: Path, times_s: list[float], fps: float = 30.0, size_wh: tuple[int, int] = (128, 96)
) -> Recorder:
    sink = Recorder(path)
    sink.open((128, 96), fps)
    for index, time_s in enumerate(times_s):
        sink.write(picture(index), time_s)
    sink.close()
    return sink


def to_rgb(frame: av.VideoFrame, x: int, y: int) -> NDArray[np.float64]:
    """Read one pixel by the equations of BT.709 in limited range, written out."""
    luma, blue, red = (
        np.frombuffer(plane, np.uint8)[(y // half) * plane.line_size + x // half]
        for plane, half in zip(frame.planes, (1, 2, 2), strict=True)
    )
    level, to_blue, to_red = (luma - 16) / 219, (blue - 128.0) / 224 * 1.8556, (red - 128.0) / 224 * 1.5748
    green = level - (0.2126 * to_red + 0.0722 * to_blue) / 0.7152
    return 255 * np.array([level + to_red, green, level + to_blue])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_colours_survive_and_are_tagged(tmp_path: Path, suffix: str) -> None:
    rgb = np.repeat(np.repeat(np.array(COLOURS, np.uint8).reshape(3, 4, 3), 64, axis=0), 64, axis=1)
    sink: Sink = Recorder(tmp_path / f"film{suffix}")
    sink.open((256, 192), 30)
    for index in range(12):
        sink.write(rgb, index / 30)
    sink.close()
    with av.open(str(tmp_path / f"film{suffix}")) as container:
        tags = container.streams.video[0].codec_context
        assert (tags.colorspace, tags.color_primaries, tags.color_trc, tags.color_range) == (1, 1, 1, 1)
    frame = decoded(tmp_path / f"film{suffix}")[-1]
    for number, colour in enumerate(COLOURS):
        seen = to_rgb(frame, 64 * (number % 4) + 32, 64 * (number // 4) + 32)
        assert np.abs(seen - colour).max() <= 4, (colour, seen)


@pytest.mark.parametrize("fps", [30.0, 29.97, 24.0, 60.0])
def test_duration_and_rate(tmp_path: Path, fps: float) -> None:
    record(tmp_path / "film.mp4", [index / fps for index in range(45)], fps)
    frames = decoded(tmp_path / "film.mp4")
    assert len(frames) == 45
    assert frames[-1].time == pytest.approx(44 / fps, abs=1e-3)
    with av.open(str(tmp_path / "film.mp4")) as container:
        assert float(container.streams.video[0].average_rate) == pytest.approx(fps, rel=1e-3)
        assert container.duration / 1e6 == pytest.approx(45 / fps, abs=2e-3)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_skipped_tick_leaves_the_times_right(tmp_path: Path, suffix: str) -> None:
    ticks = [tick for tick in range(60) if tick not in (7, 8, 30)]
    sink = record(tmp_path / f"film{suffix}", [tick / 30 for tick in ticks])
    times = [frame.time for frame in decoded(tmp_path / f"film{suffix}")]
    assert times == pytest.approx([tick / 30 for tick in ticks], abs=1e-3)
    assert sink.dropped == 0


def test_a_frame_too_early_for_its_own_place_is_dropped_and_counted(tmp_path: Path) -> None:
    sink = record(tmp_path / "film.mp4", [0.0, 0.001, 0.034, 0.034, 0.066, 0.07])
    assert sink.dropped == 3
    assert len(decoded(tmp_path / "film.mp4")) == 3


def test_odd_sizes_get_a_black_line_and_frames_of_other_sizes_are_fitted(tmp_path: Path) -> None:
    sink = Recorder(tmp_path / "film.mkv")
    assert "132x98 at 30 fps" in sink.open((131, 97), 30)
    white = [np.full((height, width, 3), 255, np.uint8) for width, height in ((131, 97), (40, 97), (500, 20))]
    for index, rgb in enumerate(white):
        sink.write(rgb, index / 30)
    sink.close()
    frames = decoded(tmp_path / "film.mkv")
    assert [(frame.width, frame.height) for frame in frames] == [(132, 98)] * 3
    assert [to_rgb(frame, 66, 48).min() > 250 for frame in frames] == [True] * 3
    assert to_rgb(frames[1], 10, 48).max() < 12
    assert to_rgb(frames[2], 66, 10).max() < 12


def test_the_words_name_the_encoder_and_why_it_is_not_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = Recorder(tmp_path / "film.mp4", overwrite=True)
    assert sink.open((64, 48), 30).startswith("H.264 by libx264, 64x48")
    encoders = (Encoder("h264_missing"), h264.ENCODERS[0])
    monkeypatch.setattr(recorder, "ENCODERS", encoders)
    words = sink.open((64, 48), 30)
    sink.close()
    assert words.startswith("H.264 by libx264 because h264_missing does not start here")


def test_without_an_encoder_no_empty_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "ENCODERS", (Encoder("h264_missing"),))
    with pytest.raises(SinkError, match=r"No H\.264 encoder starts here"):
        Recorder(tmp_path / "film.mp4").open((64, 48), 30)
    assert list(tmp_path.iterdir()) == []


RECORD_FOR_EVER = """
import sys
import numpy as np
from livedream.sinks.recorder import Recorder
sink = Recorder(sys.argv[1])
sink.open((128, 96), 30)
for index in range(10**6):
    rgb = np.random.default_rng(index).integers(0, 256, (96, 128, 3), np.uint8)
    sink.write(rgb, index / 30)
    sys.stdout.write(f"{index}\\n")
    sys.stdout.flush()
"""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_process_leaves_all_but_the_last_second(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    env = {**os.environ, "PYTHONPATH": str(Path(livedream.__file__).parents[1])}
    command = [sys.executable, "-c", RECORD_FOR_EVER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        last = next(int(line) for line in process.stdout if int(line) >= 100)
        process.kill()  # SIGKILL; TerminateProcess on Windows
        last = max([last, *(int(line) for line in process.stdout if line.endswith("\n"))])
    frames = decoded(path)
    assert len(frames) >= last + 1 - 30
    assert [frame.time for frame in frames] == pytest.approx([i / 30 for i in range(len(frames))], abs=1e-3)


class FullDisk(io.FileIO):
    """A file on a disk with room for `room` more bytes; then each write fails with `code`."""

    room = 0
    code = errno.ENOSPC

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(self.code, os.strerror(self.code))
        taken = super().write(bytes(data)[: self.room])
        self.room -= taken
        return taken


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> type[FullDisk]:
    """A disk whose room and failure the test sets; files open on it are `disk.files`."""

    class Disk(FullDisk):
        pass

    monkeypatch.setattr(recorder, "open_raw", lambda path, overwrite: Disk(path, "wb"))
    return Disk


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("code", "reason", "way_out"),
    [
        (errno.ENOSPC, "the disk is full", "free some space"),
        (errno.EFBIG, "too large for this disk's file system", "exFAT"),
        (errno.EIO, os.strerror(errno.EIO), "check the disk's connection"),
    ],
)
def test_a_failing_disk_ends_the_recording_with_a_sentence(
    tmp_path: Path, disk: type[FullDisk], suffix: str, code: int, reason: str, way_out: str
) -> None:
    path = tmp_path / f"film{suffix}"
    disk.room, disk.code = 1_500_000, code
    sink = Recorder(path)
    sink.open((128, 96), 30)
    with pytest.raises(SinkError) as caught:
        write_all(sink, range(3000))
    kept_s = float(str(caught.value).split("the first ")[1].split(" s are kept")[0])
    for part in (str(path), reason, way_out):
        assert part in str(caught.value)
    assert str(caught.value).count(".") == str(path).count(".") + 2  # one sentence and kept_s
    with pytest.raises(SinkError, match="has stopped"):
        sink.write(noise(0), 1000.0)
    disk.room = 10**9
    sink.close()
    sink.close()
    assert sink.failure is caught.value
    assert kept_s > 1
    assert len(decoded(path)) >= round(kept_s * 30)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_recording_that_stopped_goes_on_beside_what_it_kept(
    tmp_path: Path, disk: type[FullDisk], suffix: str
) -> None:
    disk.room = 1_500_000
    (tmp_path / f"film-2{suffix}").write_bytes(b"another film")
    sink = Recorder(tmp_path / f"film{suffix}", overwrite=True)
    sink.open((128, 96), 30)
    with pytest.raises(SinkError, match="disk is full"):
        write_all(sink, range(3000))
    kept = len(decoded(sink.path))
    disk.room = 0
    for _ in range(3):  # still full: nothing is left behind
        sink.open((128, 96), 30)
        with pytest.raises(SinkError, match="nothing is kept"):
            write_all(sink, range(60))
        sink.close()
    disk.room = 10**9
    sink.open((128, 96), 30)
    write_all(sink, range(40))
    sink.close()
    third = tmp_path / f"film-3{suffix}"
    assert sink.files == (sink.path, third)
    assert sink.went_on == (third,)
    assert len(decoded(sink.path)) == kept >= 30
    assert len(decoded(third)) == 40
    assert (tmp_path / f"film-2{suffix}").read_bytes() == b"another film"
    assert len(list(tmp_path.iterdir())) == 3
    assert "the first" in str(sink.failure)


def test_a_disk_that_is_full_from_the_start_leaves_no_file(tmp_path: Path, disk: type[FullDisk]) -> None:
    path = tmp_path / "film.mp4"
    sink = Recorder(path)
    sink.open((128, 96), 30)
    with pytest.raises(SinkError, match="the disk is full; nothing is kept"):
        sink.write(noise(0), 0.0)
    sink.close()
    assert not path.exists()
    assert "the disk is full" in str(sink.failure)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_a_frame_no_file_is_made(tmp_path: Path, suffix: str) -> None:
    sink = Recorder(tmp_path / f"film{suffix}")
    for _ in range(2):
        sink.open((128, 96), 30)
        assert list(tmp_path.iterdir()) == []
        sink.close()
        assert list(tmp_path.iterdir()) == []
        assert sink.failure is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_older_film_is_given_up_with_the_first_frame_only(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    record(path, [index / 30 for index in range(40)])
    older = path.read_bytes()
    sink = Recorder(path, overwrite=True)
    sink.open((128, 96), 30)
    sink.close()
    assert path.read_bytes() == older
    sink.open((128, 96), 30)
    sink.write(picture(0), 0.0)
    assert path.read_bytes()[: len(older)] != older
    sink.close()
    assert len(decoded(path)) == 1


def test_what_can_be_told_before_the_first_frame_is_told_on_opening(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"older")
    for path, fault in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "film.mp4", "does not exist"),
        (tmp_path / "film.mp4", "already exists"),
    ):
        with pytest.raises(SinkError, match=fault):
            Recorder(path).open((128, 96), 30)


def test_a_file_that_appears_before_the_first_frame_stays(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    sink = Recorder(path)
    sink.open((128, 96), 30)
    path.touch()
    with pytest.raises(SinkError, match="a file of that name now exists; nothing is kept"):
        sink.write(picture(0), 0.0)
    sink.close()
    assert path.read_bytes() == b""


def test_a_disk_that_fills_up_while_closing_is_told_by_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []

    def open_raw(path: Path, overwrite: bool) -> io.FileIO:
        files.append(FullDisk(path, "wb"))
        files[-1].room = 10**9
        return files[-1]

    monkeypatch.setattr(recorder, "open_raw", open_raw)
    sink = Recorder(tmp_path / "film.mp4")
    sink.open((128, 96), 30)
    write_all(sink, range(50))
    files[0].room = 0
    sink.close()
    assert "the disk is full; the first 1.5 s are kept" in str(sink.failure)
    assert len(decoded(tmp_path / "film.mp4")) >= 45


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_dev_full(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.symlink_to("/dev/full")
    sink = Recorder(path, overwrite=True)
    sink.open((128, 96), 30)
    with pytest.raises(SinkError, match="the disk is full; nothing is kept"):
        sink.write(noise(0), 0.0)
    sink.close()
    assert path.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no open file")
def test_a_removed_file_ends_the_recording(tmp_path: Path) -> None:
    sink = Recorder(tmp_path / "film.mp4")
    sink.open((128, 96), 30)
    sink.write(picture(0), 0.0)
    (tmp_path / "film.mp4").unlink()
    with pytest.raises(SinkError, match="was removed; nothing is kept"):
        write_all(sink, range(1, 40))
    sink.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows renames no open file")
def test_a_renamed_file_goes_on_being_recorded(tmp_path: Path) -> None:
    sink = Recorder(tmp_path / "film.mp4")
    sink.open((128, 96), 30)
    for index in range(70):
        sink.write(picture(index), index / 30)
        if index == 10:
            (tmp_path / "film.mp4").rename(tmp_path / "other.mp4")
    sink.close()
    assert sink.failure is None
    assert len(decoded(tmp_path / "other.mp4")) == 70
