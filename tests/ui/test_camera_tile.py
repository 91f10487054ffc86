from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget

from livedream.runtime.camera_previews import CameraView
from livedream.sources.cameras import CameraInfo
from livedream.ui.camera_tile import CameraTile, to_image

CAMERA = CameraInfo(0, "C920", "V4L2", "/dev/video0")
GREEN = np.full((90, 160, 3), (0, 255, 0), np.uint8)


@pytest.fixture
def tile(shown: Callable[[QWidget], QWidget]) -> CameraTile:
    return shown(CameraTile(CameraView(CAMERA), "0: C920", 160))


def test_it_tells_in_words_what_it_does_not_show(tile: CameraTile) -> None:
    assert tile.words() == "opening ..."
    tile.show_view(CameraView(CAMERA, trouble="it is in use elsewhere"), in_use=False)
    assert tile.accessibleName() == "0: C920, it is in use elsewhere"
    assert tile.toolTip() == "it is in use elsewhere"
    tile.show_view(CameraView(CAMERA, GREEN), in_use=False)
    assert tile.accessibleName() == "0: C920"
    assert tile.toolTip() == "/dev/video0"
    tile.show_view(CameraView(CAMERA, GREEN), in_use=True)
    assert tile.accessibleName() == "0: C920, in use"


def test_the_picture_is_whole_and_in_the_middle(tile: CameraTile) -> None:
    high = np.full((160, 40, 3), (0, 255, 0), np.uint8)
    tile.show_view(CameraView(CAMERA, high), in_use=False)
    image = tile.grab().toImage()
    assert image.pixelColor(80, 40).getRgb()[:3] == (0, 255, 0)
    assert image.pixelColor(20, 40).getRgb()[:3] == (0, 0, 0)
    assert image.pixelColor(140, 40).getRgb()[:3] == (0, 0, 0)


def test_it_is_seen_which_one_is_in_use(tile: CameraTile) -> None:
    view = CameraView(CAMERA, GREEN)
    tile.show_view(view, in_use=False)
    before = tile.grab().toImage()
    tile.show_view(view, in_use=True)
    assert tile.grab().toImage() != before


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_choose_it(tile: CameraTile, key: Qt.Key) -> None:
    chosen: list[bool] = []
    tile.clicked.connect(chosen.append)
    QTest.keyClick(tile, key)
    assert len(chosen) == 1


def test_a_long_name_leaves_the_picture_and_the_size_alone(tile: CameraTile) -> None:
    tile.name = "a camera with a name that goes on and on and on and on"
    tile.show_view(replace(tile.view, rgb=GREEN), in_use=True)
    image = tile.grab().toImage()
    assert (image.width(), image.height()) == (tile.width(), tile.height())
    assert image.pixelColor(80, 40).getRgb()[:3] == (0, 255, 0)


def test_an_image_has_pixels_of_its_own() -> None:
    rgb = GREEN.copy()
    image = to_image(rgb)
    rgb[:] = 0
    assert image.pixelColor(3, 3).getRgb()[:3] == (0, 255, 0)
    assert (image.width(), image.height()) == (160, 90)
