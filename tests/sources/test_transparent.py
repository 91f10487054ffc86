from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livedream.errors import InputError
from livedream.sources.picture_files import PictureSeries
from livedream.sources.still_image import read_image
from livedream.sources.transparent import EXIF_ORIENTATION, declared_size, read_transparent


def written(path: Path, bgra: np.ndarray) -> Path:  # type: ignore[type-arg]
    path.write_bytes(cv2.imencode(path.suffix, bgra)[1].tobytes())
    return path


@pytest.mark.parametrize(("kind", "most"), [(np.uint8, 255), (np.uint16, 65535)])
def test_colours_and_alpha_come_apart(tmp_path: Path, kind: type, most: int) -> None:
    bgra = np.zeros((4, 6, 4), kind)
    bgra[..., 2], bgra[..., 3] = most, np.linspace(0, most, 6).astype(kind)
    rgb, alpha = read_transparent(written(tmp_path / "a.png", bgra))
    assert rgb.dtype == np.uint8
    assert (rgb == [255, 0, 0]).all()
    assert alpha is not None
    np.testing.assert_allclose(alpha[0], np.linspace(0, 255, 6), atol=1)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_what_is_opaque_has_no_alpha(tmp_path: Path, name: str) -> None:
    rgb, alpha = read_transparent(written(tmp_path / name, np.full((4, 6, 3), 90, np.uint8)))
    assert rgb.shape == (4, 6, 3)
    assert alpha is None


def test_an_alpha_that_is_opaque_everywhere_is_none(tmp_path: Path) -> None:
    assert read_transparent(written(tmp_path / "a.png", np.full((4, 6, 4), 255, np.uint8)))[1] is None


def test_grey_becomes_rgb(tmp_path: Path) -> None:
    rgb, alpha = read_transparent(written(tmp_path / "a.png", np.full((4, 6), 30000, np.uint16)))
    assert rgb.shape == (4, 6, 3)
    assert abs(int(rgb[0, 0, 0]) - 117) <= 1
    assert alpha is None


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG and then nothing")
    with pytest.raises(InputError, match="cannot decode"):
        read_transparent(tmp_path / "a.png")


EXIF_KINDS = ["a.png", "a.webp", "a.avif", "a.tif"]


@pytest.mark.parametrize("name", EXIF_KINDS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_every_kind_is_turned_as_it_was_taken(tmp_path: Path, name: str, mode: str) -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    picture = Image.new(mode, (96, 64), (200, 60, 20, 128)[: len(mode)])
    picture.save(tmp_path / name, exif=exif.tobytes())
    rgb, alpha = read_transparent(tmp_path / name)
    assert rgb.shape == (96, 64, 3)
    assert (alpha is None) == (mode == "RGB")
    assert declared_size(tmp_path / name) == (64, 96)
    PictureSeries("shots", [tmp_path / name] * 2, Fraction(10))


@pytest.mark.parametrize("name", [*EXIF_KINDS, "a16.png", "a16.tif"])
def test_half_seen_colours_are_the_same_in_every_kind(tmp_path: Path, name: str) -> None:
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[...] = 200, 100, 0, 255
    rgba[:, 4:, 3] = 128
    if "16" in name:
        written(tmp_path / name, cv2.cvtColor(rgba.astype(np.uint16) * 257, cv2.COLOR_RGBA2BGRA))
    else:
        Image.fromarray(rgba).save(tmp_path / name, lossless=True)
    rgb, alpha = read_transparent(tmp_path / name)
    assert np.abs(rgb.astype(int) - [200, 100, 0]).max() <= 4
    assert alpha is not None
    assert alpha[0, 0] == 255
    assert abs(int(alpha[0, 7]) - 128) <= 1
    assert np.abs(read_image(tmp_path / name)[0, 7].astype(int) - [100, 50, 0]).max() <= 3


def test_a_picture_that_is_too_large_for_pillow_has_no_declared_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    file = written(tmp_path / "a.png", np.zeros((20, 30, 4), np.uint8))
    assert declared_size(file) is None
    assert PictureSeries("shots", [file], Fraction(10)).size_wh == (30, 20)
