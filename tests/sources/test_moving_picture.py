"""Pictures that move are told from those that do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from livedream.errors import InputError
from livedream.sources.moving_picture import moves
from livedream.sources.picture_files import PictureSeries
from livedream.sources.source_spec import is_image

FRAMES = [Image.new("RGB", (16, 12), (60 * number, 0, 0)) for number in range(4)]


def written(path: Path, *, animated: bool, note: int = 0) -> Path:
    options = {}
    if note:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", " " * note)
    if animated:
        FRAMES[0].save(path, save_all=True, append_images=FRAMES[1:], duration=200, **options)
    else:
        FRAMES[0].save(path, **options)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.avif"])
@pytest.mark.parametrize("animated", [False, True])
def test_each_kind_says_whether_it_moves(tmp_path: Path, name: str, animated: bool) -> None:
    path = written(tmp_path / name, animated=animated)
    assert moves(path) is animated
    if animated:
        with pytest.raises(InputError, match="is animated, which only a GIF or a video may be"):
            is_image(path, path.read_bytes()[:512])
    else:
        assert is_image(path, path.read_bytes()[:512])


@pytest.mark.parametrize("animated", [False, True])
def test_what_stands_before_may_be_as_long_as_it_likes(tmp_path: Path, animated: bool) -> None:
    assert moves(written(tmp_path / "a.png", animated=animated, note=200_000)) is animated


def test_in_a_folder_it_is_told_too(tmp_path: Path) -> None:
    still, moving = written(tmp_path / "1.png", animated=False), written(tmp_path / "2.png", animated=True)
    with pytest.raises(InputError, match=r"2\.png is animated"):
        PictureSeries("shots", [still, moving], 30)  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"\x89PNG\r\n\x1a\n" + b"\xff" * 80, b"\0\0\0\x08ftyp"])
def test_what_is_cut_short_does_not_move(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert not moves(tmp_path / "a.png")
