from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sinks.image_file import check_image_file, write_image
from livedream.sources.still_image import read_image

RGB = np.zeros((40, 60, 3), np.uint8)
RGB[:, :30] = (200, 30, 60)


@pytest.mark.parametrize(("name", "tolerance"), [("a.png", 0), ("b.jpg", 8), ("ä ö.JPEG", 8)])
def test_what_is_written_is_read_again(tmp_path: Path, name: str, tolerance: int) -> None:
    write_image(tmp_path / name, RGB)
    read = read_image(tmp_path / name)
    assert np.abs(read[:, :28].astype(int) - RGB[:, :28]).max() <= tolerance


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.gif", r"a\.gif needs a name that ends in \.png or \.jpg"),
        ("no/b.png", "needs the folder"),
        ("c", "ends in"),
    ],
)
def test_a_name_that_cannot_be_written_is_told(tmp_path: Path, name: str, told: str) -> None:
    for refuse in (check_image_file, lambda file: write_image(file, RGB)):
        with pytest.raises(InputError, match=told):
            refuse(tmp_path / name)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "full.png").mkdir()
    with pytest.raises(InputError, match=r"full\.png cannot be written"):
        write_image(tmp_path / "full.png", RGB)


def test_a_disk_that_is_full_leaves_no_half_a_picture_and_an_older_one_as_it_was(
    tmp_path: Path, full_disk: Callable[[], None]
) -> None:
    (tmp_path / "old.png").write_bytes(b"an older picture")
    full_disk()
    for name in ("old.png", "new.png"):
        with pytest.raises(InputError, match=rf"{name} cannot be written: No space left"):
            write_image(tmp_path / name, RGB)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("old.png", b"an older picture")
    ]
