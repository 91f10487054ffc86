from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.sinks.movie import Movie
from livedream.sinks.segments import FilmSegments, PictureSegments, told
from livedream.whole_file import unfinished, write_whole


def picture(number: int) -> np.ndarray:
    return np.full((48, 64, 3), 10 * number % 256, np.uint8)


def decoded(file: Path) -> np.ndarray:
    with av.open(str(file)) as part:
        return np.stack([frame.to_ndarray() for frame in part.decode(video=0)])


def test_a_part_is_there_once_it_is_closed(tmp_path: Path) -> None:
    segments = FilmSegments(tmp_path, (64, 48), Fraction(10))
    segments.begin(10)
    for number in range(4):
        segments.add(picture(number))
    assert not segments.parts(20)[1].exists()
    segments.end()
    with av.open(str(segments.parts(20)[1])) as part:
        assert len(list(part.decode(video=0))) == 4
    assert [file.name for file in tmp_path.iterdir()] == ["part-000001.mkv"]


def test_an_abandoned_part_leaves_nothing_whatever_its_encoder_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = FilmSegments(tmp_path, (64, 48), Fraction(10))
    segments.begin(0)
    segments.add(picture(0))
    monkeypatch.setattr(Movie, "_mux", lambda *_: 1 / 0)
    segments.abandon()
    segments.abandon()
    assert not list(tmp_path.iterdir())


def test_a_task_that_is_given_up_takes_no_part_of_the_next_one_along(tmp_path: Path) -> None:
    given_up, after = (FilmSegments(tmp_path, (64, 48), Fraction(10)) for _ in range(2))
    for segments in (given_up, after):
        segments.begin(0)
        segments.add(picture(1))
    given_up.abandon()
    after.end()
    assert len(decoded(after.parts(1)[0])) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["part-000000.mkv"]


def test_a_part_does_not_depend_on_those_before(tmp_path: Path) -> None:
    alone, after = (
        FilmSegments(tmp_path / "a", (64, 48), Fraction(5)),
        FilmSegments(tmp_path / "b", (64, 48), Fraction(5)),
    )
    for segments, first in ((after, 0), (after, 5), (alone, 5)):
        segments.folder.mkdir(exist_ok=True)
        segments.begin(first)
        for number in range(first, first + 5):
            segments.add(picture(number))
        segments.end()
    np.testing.assert_array_equal(decoded(alone.parts(10)[1]), decoded(after.parts(10)[1]))


def test_the_same_frames_make_the_same_part_each_time(tmp_path: Path) -> None:
    segments = FilmSegments(tmp_path, (64, 48), Fraction(10))
    noise = np.random.default_rng(0).integers(0, 255, (10, 48, 64, 3), np.uint8)
    parts = []
    for _ in range(40):
        segments.begin(0)
        for rgb in noise:
            segments.add(rgb)
        segments.end()
        with av.open(str(segments.parts(10)[0])) as part:
            parts.append([bytes(packet) for packet in part.demux(video=0)])
    assert all(part == parts[0] for part in parts)


def test_parts_are_as_many_as_the_frames_need(tmp_path: Path) -> None:
    segments = FilmSegments(tmp_path, (64, 48), Fraction(30000, 1001))
    assert segments.part_frames == 29
    assert [len(segments.parts(frames)) for frames in (1, 29, 30, 58, 59)] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize("pattern", ["frame_%05d.png", "f%d.jpg"])
def test_pictures_are_counted_from_1(tmp_path: Path, pattern: str) -> None:
    segments = PictureSegments(tmp_path, pattern)
    for number in range(2):
        segments.begin(number)
        segments.add(picture(number))
        segments.end()
    assert sorted(file.name for file in tmp_path.iterdir()) == [pattern % 1, pattern % 2]


def test_a_file_that_could_not_be_written_whole_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    write_whole(file, lambda into: into.write(b"before"))
    with pytest.raises(ZeroDivisionError):
        write_whole(file, lambda into: into.write(b"half") / 0)
    assert file.read_bytes() == b"before"
    assert unfinished(file).name.startswith(".")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="removed"):
        FilmSegments(tmp_path / "no", (64, 48), Fraction(5)).begin(0)
    pictures = PictureSegments(tmp_path / "no", "%d.png")
    pictures.begin(0)
    with pytest.raises(SinkError, match="removed"):
        pictures.add(picture(0))


def test_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="disk is full"), told(tmp_path / "a"):
        raise OSError(28, "No space left on device")
