from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livedream.errors import InputError
from livedream.sinks.image import write_image
from livedream.sources.film import Film
from livedream.sources.open_footage import CloudFootage, FootageWish, open_footage
from livedream.sources.picture_files import (
    PictureSeries,
    StillFootage,
    folder_files,
    natural_key,
    pattern_files,
)


def pictures(folder: Path, names: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        write_image(folder / name, np.full((32, 48, 3), number, np.uint8))
    return folder


def test_what_is_named_is_opened(tmp_path: Path, make_video: Callable[..., Path]) -> None:
    folder = pictures(tmp_path / "shots", ["a1.png", "a2.png"])
    for spec, kind in [
        (make_video(), Film), (folder, PictureSeries), (folder / "a%d.png", PictureSeries),
        (folder / "a1.png", StillFootage), ("clouds", CloudFootage),
    ]:  # fmt: skip
        assert isinstance(open_footage(str(spec), FootageWish()), kind)


def test_2_comes_before_10(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "shots", ["f10.png", "f2.png", "f1.png", "F3.PNG".lower(), ".f0.png"])
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


def test_a_series_is_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    folder = pictures(
        tmp_path / "shots", ["f_0010.png", "f_0002.png", "f_3.png", "g_0001.png", "f_12345.png"]
    )
    names = [file.name for file in pattern_files(str(folder / "f_%04d.png"))]
    assert names == ["f_0002.png", "f_0010.png", "f_12345.png"]
    assert len(pattern_files(str(folder / "f_%d.png"))) == 4


def test_a_still_picture_lasts_as_long_as_it_is_wished(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "shots", ["a.png"])
    still = open_footage(str(folder / "a.png"), FootageWish(Fraction(10), 2.5))
    (shot,) = still.shots()
    assert (shot.media_s, shot.end_s, still.rate) == (0.0, 2.5, 10)


def test_clouds_are_the_same_each_time() -> None:
    clouds = open_footage("clouds", FootageWish(Fraction(5), 0.6, (64, 48)))
    for one, other in zip(clouds.shots(), clouds.shots(), strict=True):
        np.testing.assert_array_equal(one.develop(), other.develop())
    assert len(list(clouds.shots())) == 3


def test_what_cannot_be_opened_is_told(tmp_path: Path, make_video: Callable[..., Path]) -> None:
    (tmp_path / "empty").mkdir()
    folder = pictures(tmp_path / "shots", ["a1.png"])
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    clip = make_video()
    for spec, seconds, told in [
        ("empty", None, "no picture"), ("none.mp4", None, "none.mp4"), ("shots/b%d.png", None, "b%d.png"),
        ("no/b%d.png", None, "no"), ("shots/%d-%d.png", None, "one number"),
        ("shots/broken.png", None, "broken"),
        ("shots", 3.0, "--seconds"), (clip.name, 3.0, "--end"), ("shots%d/a1.png", None, "one number"),
    ]:  # fmt: skip
        with pytest.raises(InputError, match=told) as caught:
            open_footage(str(tmp_path / spec), FootageWish(None, seconds))
        assert "\n" not in str(caught.value)
