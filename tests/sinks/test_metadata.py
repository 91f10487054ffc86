from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from livedream.errors import InputError, SinkError
from livedream.sinks.metadata import (
    ASCII,
    EXIF_TABLE,
    FILMS,
    JPEG_TEXT_BYTES,
    PICTURES,
    UNDEFINED,
    USER_COMMENT,
    check_size,
    read_metadata,
    write_with_metadata,
)

RGB = np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)
KEEPS_EVERY_LEVEL = (".png", ".tif", ".tiff")


def film(path: Path, comment: str | None) -> Path:
    with av.open(str(path), "w") as container:
        if comment is not None:
            container.metadata["comment"] = comment
        stream = container.add_stream("libx264", Fraction(10))
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(RGB, "rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("suffix", [*PICTURES, ".PNG", ".Jpeg"])
@pytest.mark.parametrize("text", ["# seed = 7\n[dream]\n", "# Straße ☁\n"])
def test_a_picture_gives_its_text_and_its_pixels_back(tmp_path: Path, suffix: str, text: str) -> None:
    file = tmp_path / f"a{suffix}"
    write_with_metadata(file, RGB, text)
    assert read_metadata(file) == text
    with Image.open(file) as picture:
        seen = np.asarray(picture.convert("RGB")).astype(int)
    assert seen.shape == RGB.shape
    assert np.abs(seen - RGB).max() == 0 or suffix.lower() not in KEEPS_EVERY_LEVEL
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
@settings(deadline=None, max_examples=25)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, suffix: str, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / f"any{suffix}"
    write_with_metadata(file, RGB[:2, :2], text)
    assert read_metadata(file) == text


@pytest.mark.parametrize(("text", "code"), [("plain", ASCII), ("größer", UNDEFINED)])
def test_exif_says_how_the_text_is_coded(tmp_path: Path, text: str, code: bytes) -> None:
    write_with_metadata(tmp_path / "a.jpg", RGB, text)
    with Image.open(tmp_path / "a.jpg") as picture:
        assert picture.getexif().get_ifd(EXIF_TABLE)[USER_COMMENT] == code + text.encode()


@pytest.mark.parametrize("suffix", FILMS)
def test_a_film_gives_its_comment_back(tmp_path: Path, suffix: str) -> None:
    assert read_metadata(film(tmp_path / f"a{suffix}", "# seed = 7\n# ☁\n")) == "# seed = 7\n# ☁\n"


def test_what_carries_no_text_gives_none(tmp_path: Path) -> None:
    for suffix in (".png", ".jpg", ".webp", ".tif"):
        Image.fromarray(RGB).save(tmp_path / f"a{suffix}")
        assert read_metadata(tmp_path / f"a{suffix}") == ""
    assert read_metadata(film(tmp_path / "a.mp4", None)) == ""


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.png", "a.jpg", "a.txt"])
@pytest.mark.parametrize("content", [b"", b"once upon a time", bytes(4000)], ids=["empty", "text", "zero"])
def test_what_is_no_film_and_no_picture_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="give a file that livedream made") as caught:
        read_metadata(tmp_path / name)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_picture_that_is_cut_short_is_told(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    write_with_metadata(file, RGB, "# seed = 7\n")
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match="cannot be read"):
        read_metadata(file)


def test_a_picture_that_cannot_be_written_is_told_and_the_one_before_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    write_with_metadata(file, RGB, "before")
    with pytest.raises(SinkError, match=r"a\.jpg"):
        write_with_metadata(file, np.dstack([RGB, RGB[..., :1]]), "JPEG has no alpha")
    assert read_metadata(file) == "before"
    with pytest.raises(SinkError, match="removed"):
        write_with_metadata(tmp_path / "no" / "a.png", RGB, "")


def test_more_text_than_a_jpeg_holds_is_told(tmp_path: Path) -> None:
    text = "x" * JPEG_TEXT_BYTES
    write_with_metadata(tmp_path / "a.jpg", RGB, text)
    assert read_metadata(tmp_path / "a.jpg") == text
    with pytest.raises(
        InputError, match=r"its settings take 65001 bytes, more than a JPEG can hold; write to \.png"
    ):
        write_with_metadata(tmp_path / "b.jpg", RGB, text + "x")
    assert not (tmp_path / "b.jpg").exists()
    write_with_metadata(tmp_path / "b.png", RGB, text + "x")


def test_a_comment_that_is_no_utf_8_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    file = film(tmp_path / "a.mkv", "AmXlie")
    file.write_bytes(file.read_bytes().replace(b"AmXlie", b"Am\xe9lie"))
    assert read_metadata(file) == "Am\ufffdlie"


def test_a_picture_that_a_format_cannot_hold_is_told(tmp_path: Path) -> None:
    wide = np.zeros((1, 16_384, 3), np.uint8)
    with pytest.raises(SinkError, match=r"a\.webp cannot be written .*; write to \.png, or use --size"):
        write_with_metadata(tmp_path / "a.webp", wide, "")
    assert not list(tmp_path.iterdir())
    for name in ("a.webp", "a.JPG", "a.jpeg"):
        check_size(tmp_path / name, (16_383, 1))
        with pytest.raises(InputError, match=r"65501x2 pixels .* write to \.png, or use --size"):
            check_size(tmp_path / name, (65_501, 2))
    check_size(tmp_path / "a.png", (65_536, 2))
