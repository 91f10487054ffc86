from pathlib import Path

import numpy as np
import pytest

from livedream.cli import preset_sheet
from livedream.cli.show_options import Options
from livedream.errors import InputError
from livedream.sources.still_image import read_image


def test_tiles_are_laid_out_in_rows_with_their_names() -> None:
    tiles = [(f"preset {number}", np.full((90, 200, 3), 40 * number, np.uint8)) for number in range(5)]
    picture = preset_sheet.laid_out(tiles)
    width, height = preset_sheet.TILE_WH
    assert picture.shape == (2 * height, preset_sheet.COLUMNS * width, 3)
    for number in range(5):
        row, column = divmod(number, preset_sheet.COLUMNS)
        assert (picture[row * height + 20, column * width + width // 2] == 40 * number).all()
    assert picture[height - 60 : height, :150].max() > 240  # its name
    assert not picture[height:, 2 * width :].any()


@pytest.mark.parametrize("size_hw", [(30, 500), (500, 30), (270, 480), (1, 1), (721, 1283)])
def test_a_tile_of_any_picture_is_filled(size_hw: tuple[int, int]) -> None:
    picture = preset_sheet.laid_out([("", np.full((*size_hw, 3), 90, np.uint8))])
    width, height = preset_sheet.TILE_WH
    assert (picture[:height, :width] == 90).all()


def test_every_preset_asked_for_dreams_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preset_sheet, "FRAMES", 2)
    file = tmp_path / "sheet.png"
    preset_sheet.run(Options("clouds:3", "eyes", engine="eager", size_wh=(320, 180)), ("lines", "eyes"), file)
    picture = read_image(file)
    width, height = preset_sheet.TILE_WH
    tiles = [picture[: height - 60, n * width : (n + 1) * width].astype(int) for n in range(3)]
    assert all(np.abs(tiles[0] - tile).mean() > 0.5 for tile in tiles[1:])
    assert np.abs(tiles[1] - tiles[2]).mean() > 0.5


def test_a_sheet_that_cannot_be_written_is_told_before_anything_is_dreamed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs the folder"):
        preset_sheet.run(Options("clouds", "eyes"), ("eyes",), tmp_path / "no" / "sheet.png")
