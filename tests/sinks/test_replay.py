from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import InputError, SinkError
from livedream.frame import Rgb
from livedream.sinks.replay import Replay
from livedream.sinks.sink import Sink


def picture(level: int) -> Rgb:
    return np.full((48, 64, 3), level, np.uint8)


def filled(frames: int, seconds: float = 2.0, fps: float = 10.0) -> Replay:
    replay = Replay(seconds)
    replay.open((64, 48), fps)
    for index in range(frames):
        replay.write(picture(index), index / fps)
    return replay


def levels(file: Path) -> list[int]:
    with av.open(str(file)) as film:
        return [round(frame.to_ndarray(format="rgb24").mean()) for frame in film.decode(video=0)]


def test_the_last_seconds_become_a_film(tmp_path: Path) -> None:
    clip = filled(100).snapshot()
    assert clip.seconds == pytest.approx(2.0)
    clip.write(tmp_path / "last.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["last.mp4"]
    shown = levels(tmp_path / "last.mp4")
    assert len(shown) == 20
    assert np.abs(np.array(shown) - range(80, 100)).max() <= 3


def test_a_gap_stays_a_gap_and_an_odd_size_is_made_even(tmp_path: Path) -> None:
    replay = Replay(5.0)
    replay.open((63, 47), 10)
    for time_s in (0.0, 0.1, 1.0):
        replay.write(np.full((47, 63, 3), 90, np.uint8), time_s)
    replay.snapshot().write(tmp_path / "last.mp4")
    with av.open(str(tmp_path / "last.mp4")) as film:
        frames = list(film.decode(video=0))
    assert [round(frame.time or 0, 2) for frame in frames] == [0.0, 0.1, 1.0]
    assert (frames[0].width, frames[0].height) == (64, 48)


def test_a_picture_that_stands_is_kept_once() -> None:
    replay, still = Replay(10.0), picture(80)
    replay.open((64, 48), 10)
    for index in range(50):
        replay.write(still, index / 10)
    once = replay.kept_bytes
    replay.write(picture(81), 5.0)
    assert 0 < once < replay.kept_bytes <= 3 * once


def test_before_the_first_picture_and_after_the_end_there_is_nothing() -> None:
    replay: Sink = Replay()
    assert replay.open((64, 48), 30) == "the last 10 s, in memory"
    assert replay.waits_for_dream
    for _ in range(2):
        with pytest.raises(InputError, match="nothing has been dreamed yet"):
            replay.snapshot()  # type: ignore[attr-defined]
        replay.write(picture(1), 0.0)
        replay.close()


def test_where_it_cannot_be_written_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = filled(20).snapshot()
    with pytest.raises(SinkError, match=r"last\.mp4 cannot be written because .*folder was removed"):
        clip.write(tmp_path / "gone" / "last.mp4")
    full = OSError(28, "No space left on device")

    def fail(*_: object) -> None:
        raise full

    monkeypatch.setattr("livedream.sinks.movie._write_all", fail)
    with pytest.raises(SinkError, match="the disk is full"):
        clip.write(tmp_path / "last.mp4")
    assert list(tmp_path.iterdir()) == []
