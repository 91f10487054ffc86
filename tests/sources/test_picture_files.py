"""Pictures on the disk: in which order, of which size, and for how long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from livedream.errors import InputError
from livedream.sinks.image_file import write_image
from livedream.sources.picture_files import (
    PictureSeries,
    StillFootage,
    folder_files,
    natural_key,
    pattern_files,
)
from livedream.sources.transparent import EXIF_ORIENTATION

MakePictures = Callable[..., Path]


def test_2_comes_before_10(tmp_path: Path, make_pictures: MakePictures) -> None:
    folder = make_pictures("f10.png", "f2.png", "f1.png", "F3.PNG".lower(), ".f0.png")
    (folder / "notes.txt").write_text("x")
    assert [file.name for file in folder_files(folder)] == ["f1.png", "f2.png", "f3.png", "f10.png"]


@given(st.lists(st.text(st.sampled_from("aB1029 _é"), max_size=6), unique=True))
def test_all_names_have_one_order(names: list[str]) -> None:
    forwards = sorted(names, key=natural_key)
    backwards = list(reversed(names))
    backwards.sort(key=natural_key)
    assert forwards == backwards
    assert set(forwards) == set(names)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_in_names_count_as_numbers(one: int, other: int) -> None:
    assert (natural_key(f"f{one}.png") < natural_key(f"f{other}.png")) == (one < other)


def test_that_transparent_places_become_black_is_told_once(tmp_path: Path) -> None:
    for number, alpha in enumerate((255, 0, 128)):
        Image.new("RGBA", (48, 32), (200, 100, 50, alpha)).save(tmp_path / f"f{number}.png")
    said = "shots is transparent in places: what is rendered is opaque, and black there"
    series = PictureSeries("shots", folder_files(tmp_path), Fraction(10))
    assert series.damage == "", "the first is opaque"
    pictures = [shot.develop() for shot in series.shots()]
    assert series.damage == said
    assert [int(picture.max()) for picture in pictures] == [200, 0, 100]
    lacking = PictureSeries("shots", [tmp_path / "f1.png", tmp_path / "f9.png"], Fraction(10))
    assert lacking.damage == f"shots: 1 of 2 pictures are links that lead nowhere, and left out; {said}"
    assert StillFootage(tmp_path / "f0.png", Fraction(10)).damage == ""
    still = StillFootage(tmp_path / "f2.png", Fraction(10))
    assert still.damage == said.replace("shots", "f2.png")
    assert next(still.shots()).develop().max() == 100


def test_a_series_is_in_the_order_of_its_numbers(tmp_path: Path, make_pictures: MakePictures) -> None:
    folder = make_pictures("f_0010.png", "f_0002.png", "f_3.png", "g_0001.png", "f_12345.png")
    names = [file.name for file in pattern_files(str(folder / "f_%04d.png"))]
    assert names == ["f_0002.png", "f_0010.png", "f_12345.png"]
    assert len(pattern_files(str(folder / "f_%d.png"))) == 4


def test_a_series_shows_each_picture_for_a_frame(make_pictures: MakePictures) -> None:
    series = PictureSeries("shots", folder_files(make_pictures("a.png", "b.png", "c.png")), Fraction(10))
    assert (series.size_wh, series.rate, series.length_s, series.damage) == ((48, 32), 10, 0.3, "")
    for _ in range(2):
        shots = list(series.shots())
        assert [(shot.media_s, shot.end_s) for shot in shots] == [(0.0, 0.1), (0.1, 0.2), (0.2, 0.3)]
        assert [int(shot.develop()[0, 0, 0]) for shot in shots] == [0, 1, 2]


def test_a_series_of_other_files_is_another(make_pictures: MakePictures) -> None:
    files = folder_files(make_pictures("a.png", "b.png"))
    same, fewer = (PictureSeries("shots", some, Fraction(10)).identity for some in (files, files[:1]))
    assert PictureSeries("shots", files, Fraction(30)).identity == same != fewer
    write_image(files[1], np.full((32, 48, 3), 90, np.uint8))
    assert PictureSeries("shots", files, Fraction(10)).identity != same


def test_a_picture_of_another_size_is_told_with_both(make_pictures: MakePictures) -> None:
    folder = make_pictures("a.png", "b.png")
    write_image(folder / "c.png", np.zeros((48, 32, 3), np.uint8))
    with pytest.raises(InputError, match=r"c\.png has 32x48 pixels, but a\.png has 48x32"):
        PictureSeries("shots", folder_files(folder), Fraction(10))


def test_a_photo_that_lies_on_its_side_has_its_size_when_turned(make_pictures: MakePictures) -> None:
    folder, turned = make_pictures("a.jpg"), Image.Exif()
    turned[EXIF_ORIENTATION] = 6
    Image.new("RGB", (32, 48)).save(folder / "b.jpg", exif=turned)
    series = PictureSeries("shots", folder_files(folder), Fraction(10))
    assert [shot.develop().shape for shot in series.shots()] == [(32, 48, 3)] * 2


def test_a_picture_that_is_changed_later_is_told_when_its_turn_comes(make_pictures: MakePictures) -> None:
    folder = make_pictures("a.png", "b.png")
    series = PictureSeries("shots", folder_files(folder), Fraction(10))
    first, second = series.shots()
    write_image(folder / "b.png", np.zeros((8, 8, 3), np.uint8))
    assert first.develop().shape == (32, 48, 3)
    with pytest.raises(InputError, match=r"b\.png has 8x8"):
        second.develop()
    (folder / "b.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"b\.png"):
        second.develop()


def test_a_still_picture_is_there_for_ten_seconds_or_as_long_as_is_said(make_pictures: MakePictures) -> None:
    file = make_pictures("a.png") / "a.png"
    for still, seconds in (
        (StillFootage(file, Fraction(10)), 10.0),
        (StillFootage(file, Fraction(10), 2.5), 2.5),
    ):
        (shot,) = still.shots()
        assert (shot.media_s, shot.end_s, still.length_s) == (0.0, seconds, seconds)
        assert (still.size_wh, still.name, shot.develop().shape) == ((48, 32), "a.png", (32, 48, 3))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("f_0001.png", "f_0002.png", "f_0005.png"), "f_0003.png and 1 more are missing"),
        (("f_9.png", "f_11.png"), "f_10.png is missing"),
        (("f_1.png", "f_2.png", "g_4.png"), ""),
        (("1999.png", "2024.png", "77.png"), ""),
        (("a.png", "b.png"), ""),
    ],
)
def test_missing_frames_are_told(make_pictures: MakePictures, names: tuple[str, ...], told: str) -> None:
    series = PictureSeries("shots", folder_files(make_pictures(*names)), Fraction(10))
    assert told in series.damage
    assert bool(series.damage) == bool(told)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights here")
@pytest.mark.parametrize("by_pattern", [False, True])
def test_links_that_lead_nowhere_are_told(make_pictures: MakePictures, by_pattern: bool) -> None:
    folder = make_pictures("f_1.png", "f_2.png")
    (folder / "f_3.png").symlink_to("/nowhere.png")
    files = pattern_files(str(folder / "f_%d.png")) if by_pattern else folder_files(folder)
    series = PictureSeries("shots", files, Fraction(10))
    assert len(list(series.shots())) == 2
    assert series.damage == "shots: 1 of 3 pictures are links that lead nowhere, and left out"
    with pytest.raises(InputError, match="all pictures of shots are links"):
        PictureSeries("shots", [folder / "f_3.png"], Fraction(10))
