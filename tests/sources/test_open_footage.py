from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sources.film import Film
from livedream.sources.open_footage import CloudFootage, FootageRequest, open_footage
from livedream.sources.picture_files import (
    PictureSeries,
    StillFootage,
)


def test_what_is_named_is_opened(
    tmp_path: Path, make_video: Callable[..., Path], make_pictures: Callable[..., Path]
) -> None:
    folder = make_pictures("a1.png", "a2.png")
    for spec, kind in [
        (make_video(), Film),
        (folder, PictureSeries),
        (folder / "a%d.png", PictureSeries),
        (folder / "a1.png", StillFootage),
        ("clouds", CloudFootage),
    ]:
        assert isinstance(open_footage(str(spec), FootageRequest()), kind)


def test_a_still_picture_lasts_as_long_as_it_is_wished(
    tmp_path: Path, make_pictures: Callable[..., Path]
) -> None:
    folder = make_pictures("a.png")
    still = open_footage(str(folder / "a.png"), FootageRequest(Fraction(10), 2.5))
    (shot,) = still.shots()
    assert (shot.media_s, shot.end_s, still.rate) == (0.0, 2.5, 10)


def test_clouds_are_the_same_each_time() -> None:
    clouds = open_footage("clouds", FootageRequest(Fraction(5), 0.6, (64, 48)))
    for one, other in zip(clouds.shots(), clouds.shots(), strict=True):
        np.testing.assert_array_equal(one.develop(), other.develop())
    assert len(list(clouds.shots())) == 3


def test_what_cannot_be_opened_is_told(
    tmp_path: Path, make_video: Callable[..., Path], make_pictures: Callable[..., Path]
) -> None:
    (tmp_path / "empty").mkdir()
    folder = make_pictures("a1.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
    clip = make_video()
    for spec, seconds, told in [
        ("empty", None, "no picture"),
        ("none.mp4", None, "none.mp4"),
        ("shots/b%d.png", None, "b%d.png"),
        ("no/b%d.png", None, "no"),
        ("shots/%d-%d.png", None, "one number"),
        ("shots/broken.png", None, "broken"),
        ("shots", 3.0, "--seconds"),
        (clip.name, 3.0, "--end"),
        ("shots%d/a1.png", None, "one number"),
    ]:
        with pytest.raises(InputError, match=told) as caught:
            open_footage(str(tmp_path / spec), FootageRequest(None, seconds))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("camera", "camera is live.*give a film, a folder of pictures, a picture or clouds"),
        ("webcam", "webcam is live"),
        ("camera:0", "camera:0 is live"),
        ("http://127.0.0.1:9/x.mp4", "is an address, which only live takes: give a film"),
        ("clouds:7", "for the clouds give clouds, and --seconds"),
        ("cluods", r"no file cluods: did you mean clouds\?"),
        ("nothing.mp4", "no file nothing.mp4: check the path; give a film"),
    ],
)
def test_what_cannot_be_rendered_is_never_hinted_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=told):
        open_footage(spec, FootageRequest())
