from pathlib import Path

import cv2
import numpy as np
import pytest

from livedream.errors import InputError
from livedream.sources.transparent import read_transparent


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
