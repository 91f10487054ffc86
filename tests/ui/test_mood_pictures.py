"""A mood shows its own picture, and until there is one what the camera sees, without colour."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from livedream.clock import ManualClock
from livedream.frame import Frame, Rgb
from livedream.ui.mood_pictures import CAMERA_EVERY_S, MoodPictures
from livedream.ui.panel.mood_grid import MoodGrid


class Painted(SimpleNamespace):
    """Pictures that were painted, until they are taken."""

    def take(self) -> dict[str, Rgb]:
        taken, self.new = self.new, {}
        return dict(taken)


@pytest.fixture
def grid(qtbot: QtBot, played: Any) -> MoodGrid:
    grid = MoodGrid(played.playlist)
    qtbot.addWidget(grid)
    grid.arrange(600, 90)
    grid.show()
    return grid


def picture(red: int, green: int) -> Rgb:
    rgb = np.zeros((90, 160, 3), np.uint8)
    rgb[..., 0], rgb[..., 1] = red, green
    return rgb


def seen(grid: MoodGrid, place: int) -> QColor:
    tile = grid.tiles[place]
    return tile.grab().toImage().pixelColor(tile.width() // 3, tile.height() // 3)


def test_until_it_is_dreamed_a_mood_shows_the_camera_dim_and_grey(grid: MoodGrid) -> None:
    clock, painted = ManualClock(), Painted(new={})
    frames: list[Frame | None] = [None]
    pictures = MoodPictures(grid, painted, lambda: frames[0], clock)  # type: ignore[arg-type]
    blank = seen(grid, 1)
    pictures.follow()
    assert seen(grid, 1) == blank, "there is nothing to see so far"
    frames[0] = Frame(picture(0, 255), 0.0, 0)
    pictures.follow()
    grey = seen(grid, 1)
    assert grey != blank
    assert max(grey.red(), grey.green(), grey.blue()) < 110
    assert abs(grey.green() - grey.red()) < 20
    painted.new = {"weave": picture(250, 0)}
    pictures.follow()
    assert seen(grid, 1).red() > 200
    assert seen(grid, 2) == grey, "the others wait for theirs"


def test_the_camera_is_shown_anew_now_and_then_and_no_more_once_all_have_pictures(grid: MoodGrid) -> None:
    clock, painted, asked = ManualClock(), Painted(new={}), list[int]()

    def frame() -> Frame:
        asked.append(1)
        return Frame(picture(0, 255), 0.0, 0)

    pictures = MoodPictures(grid, painted, frame, clock)  # type: ignore[arg-type]
    for _ in range(2):
        pictures.follow()
    assert len(asked) == 1
    clock.advance(CAMERA_EVERY_S)
    pictures.follow()
    assert len(asked) == 2
    painted.new = {tile.name: picture(9, 9) for tile in grid.tiles}
    for _ in range(2):
        clock.advance(CAMERA_EVERY_S)
        pictures.follow()
    assert len(asked) == 2
