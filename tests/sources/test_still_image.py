"""Still pictures: every kind that people have, the right way up."""

from __future__ import annotations

import struct
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import InputError
from livedream.sources.still_image import LONGEST_PX, Still, read_image

GO = threading.Event()


def write(path: Path, picture: np.ndarray) -> Path:
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())
    return path


def red_left() -> np.ndarray:
    """Make 12x8 BGR: left half red, right half blue."""
    picture = np.zeros((8, 12, 3), np.uint8)
    picture[:, :6, 2] = 255
    picture[:, 6:, 0] = 255
    return picture


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".webp", ".ppm", ".jpg"])
def test_kinds(tmp_path: Path, suffix: str) -> None:
    rgb = read_image(write(tmp_path / f"a{suffix}", red_left()))
    assert rgb.shape == (8, 12, 3)
    assert rgb.dtype == np.uint8
    assert rgb.flags.c_contiguous
    assert rgb[4, 1].tolist() == pytest.approx([255, 0, 0], abs=12)
    assert rgb[4, 10].tolist() == pytest.approx([0, 0, 255], abs=12)


def test_grey_and_16_bit(tmp_path: Path) -> None:
    grey = np.full((3, 5), 77, np.uint8)
    assert np.array_equal(read_image(write(tmp_path / "g.png", grey)), np.full((3, 5, 3), 77))
    deep = np.zeros((4, 4, 3), np.uint16)
    deep[..., 2] = 65535
    assert read_image(write(tmp_path / "d.png", deep))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_transparency_lies_over_black(tmp_path: Path, kind: type) -> None:
    most = np.iinfo(kind).max
    bgra = np.full((2, 3, 4), most, kind)
    bgra[0, :, 3] = 0
    bgra[1, 0, 3] = most // 2
    rgb = read_image(write(tmp_path / "a.png", bgra))
    assert rgb[0].max() == 0
    assert rgb[1, 0].tolist() == pytest.approx([127] * 3, abs=1)
    assert rgb[1, 1].tolist() == [255] * 3


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_a_photo_is_turned_as_it_was_taken(tmp_path: Path, orientation: int, turns: int) -> None:
    jpeg = cv2.imencode(".jpg", red_left())[1].tobytes()
    path = tmp_path / "a.jpg"
    path.write_bytes(with_orientation(jpeg, orientation))
    wanted = np.rot90(red_left()[..., ::-1], turns)
    rgb = read_image(path)
    assert rgb.shape == wanted.shape
    assert np.abs(rgb.astype(int) - wanted).mean() < 10


def test_names_in_any_script(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.png", red_left())
    named = plain.rename(tmp_path / "гроза ☁ 雲.png")
    assert Still(named).info.name == "гроза ☁ 雲.png"


def test_one_pixel(tmp_path: Path) -> None:
    still = Still(write(tmp_path / "a.png", np.zeros((1, 1, 3), np.uint8)))
    assert still.info.size_wh == (1, 1)
    assert still.read(GO).rgb.shape == (1, 1, 3)


def test_it_repeats_at_its_rate(tmp_path: Path) -> None:
    still = Still(write(tmp_path / "a.png", red_left()), fps=25, clock=ManualClock(2.0))
    frames = [still.read(GO) for _ in range(4)]
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.media_s for frame in frames] == pytest.approx([0, 0.04, 0.08, 0.12])
    assert all(frame.captured_s == 2.0 for frame in frames)
    assert still.info.fps == 25
    assert not still.info.is_device


def test_without_loop_it_comes_once(tmp_path: Path) -> None:
    still = Still(write(tmp_path / "a.png", red_left()), loop=False)
    assert still.read(GO) is not None
    assert still.read(GO) is None


def test_a_huge_picture_is_shown_smaller_and_says_so(tmp_path: Path) -> None:
    still = Still(write(tmp_path / "a.png", np.full((3, 2 * LONGEST_PX, 3), 9, np.uint8)))
    assert still.info.size_wh == (LONGEST_PX, 2)
    assert still.health.ok
    assert f"{2 * LONGEST_PX}x3" in still.health.message


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"\xff\xd8\xff" + b"\0" * 40]
)
def test_what_cannot_be_decoded_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png"):
        read_image(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.png"):
        read_image(tmp_path / "nothing.png")


def test_stop_and_close(tmp_path: Path) -> None:
    still = Still(write(tmp_path / "a.png", red_left()))
    stop = threading.Event()
    stop.set()
    assert still.read(stop) is None
    still.close()
    still.close()
    assert still.read(GO) is None
    assert still.health.state == "off"
