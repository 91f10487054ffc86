from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from livedream.runtime.camera_previews import CameraView
from livedream.sources.cameras import CameraInfo
from livedream.ui.side_pane import SidePane
from livedream.ui.source_picker import SourcePicker

ONE, OTHER = (CameraInfo(place, "C920", path=f"/dev/video{place}") for place in (0, 2))


class FakePreviews:
    def __init__(self) -> None:
        self.trouble = ""
        self.is_open = False
        self.seen: list[CameraView] = [CameraView(ONE), CameraView(OTHER)]

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def views(self) -> list[CameraView]:
        return self.seen


class FakeSources:
    def __init__(self) -> None:
        self.in_use = "/dev/video0"
        self.wishes: list[tuple[object, tuple[int, int] | None]] = []

    def change(self, what: CameraInfo | str, size_wh: tuple[int, int] | None = None) -> str:
        self.wishes.append((what, size_wh))
        return "opening"


@pytest.fixture
def previews() -> FakePreviews:
    return FakePreviews()


@pytest.fixture
def sources() -> FakeSources:
    return FakeSources()


@pytest.fixture
def picker(qtbot: QtBot, sources: FakeSources, previews: FakePreviews) -> Iterator[SourcePicker]:
    anchor = QWidget()
    picker = SourcePicker(sources, previews, lambda: "/films/beach.mp4")
    for widget in (anchor, picker):
        qtbot.addWidget(widget)
    anchor.resize(520, 400)
    picker.open_on(anchor)
    yield picker
    picker.hide()


def test_cameras_are_looked_through_only_while_it_is_open(
    picker: SourcePicker, previews: FakePreviews
) -> None:
    assert previews.is_open
    picker.hide()
    assert not previews.is_open


def test_two_cameras_of_one_name_are_two_and_the_one_that_is_clicked_is_shown(
    qtbot: QtBot, picker: SourcePicker, sources: FakeSources
) -> None:
    first, second = picker.tiles.values()
    assert first.in_use
    assert not second.in_use
    with qtbot.waitSignal(picker.said) as said:
        qtbot.mouseClick(second, Qt.MouseButton.LeftButton)
    assert said.args == ["opening"]
    assert sources.wishes == [(OTHER, None)]
    assert not picker.isVisible()


def test_cameras_of_one_name_have_their_numbers_before_it(
    qtbot: QtBot, picker: SourcePicker, previews: FakePreviews
) -> None:
    assert [tile.name for tile in picker.tiles.values()] == ["0: C920", "2: C920"]
    previews.seen = [CameraView(ONE), CameraView(CameraInfo(4, "BRIO", path="/dev/video4"))]
    qtbot.waitUntil(lambda: [tile.name for tile in picker.tiles.values()] == ["C920", "BRIO"])


def test_pictures_and_troubles_arrive_and_are_told_in_words(
    qtbot: QtBot, picker: SourcePicker, previews: FakePreviews
) -> None:
    tile = picker.tiles["/dev/video2"]
    pictures = [tile.grab().toImage()]
    previews.seen[1] = CameraView(OTHER, np.full((90, 160, 3), (20, 200, 60), np.uint8))
    qtbot.waitUntil(lambda: tile.view.rgb is not None)
    pictures.append(tile.grab().toImage())
    assert pictures[1].pixelColor(tile.width() // 2, 60).green() == 200
    previews.seen[1] = CameraView(OTHER, trouble="it is in use elsewhere")
    qtbot.waitUntil(lambda: tile.accessibleName() == "2: C920, it is in use elsewhere")
    assert tile.toolTip() == "it is in use elsewhere"
    assert tile.grab().toImage() not in pictures


def test_what_is_plugged_in_and_out_comes_and_goes(
    qtbot: QtBot, picker: SourcePicker, previews: FakePreviews
) -> None:
    previews.seen = []
    qtbot.waitUntil(lambda: not picker.tiles)
    assert picker.nothing.isVisible()
    previews.trouble = "cannot list cameras here"
    qtbot.waitUntil(lambda: picker.nothing.text() == previews.trouble)
    previews.seen = [CameraView(OTHER)]
    qtbot.waitUntil(lambda: list(picker.tiles) == ["/dev/video2"])
    assert not picker.nothing.isVisible()


def test_clouds_and_files_are_shown(picker: SourcePicker, sources: FakeSources) -> None:
    picker.clouds.click()
    picker.file.click()
    assert [what for what, _ in sources.wishes] == ["clouds", "/films/beach.mp4"]


def test_the_camera_in_use_is_asked_for_another_size_at_once(
    picker: SourcePicker, sources: FakeSources
) -> None:
    picker.size_box.setCurrentIndex(3)
    picker.size_box.activated.emit(3)
    assert sources.wishes == [(ONE, (1920, 1080))]


def test_everything_is_reached_by_the_keyboard(
    qtbot: QtBot, picker: SourcePicker, sources: FakeSources
) -> None:
    picker.tiles["/dev/video0"].setFocus()
    qtbot.keyClick(picker.tiles["/dev/video0"], Qt.Key.Key_Right)
    assert picker.tiles["/dev/video2"].hasFocus()
    qtbot.keyClick(picker.tiles["/dev/video2"], Qt.Key.Key_Return)
    assert sources.wishes == [(OTHER, None)]
    picker.show()
    qtbot.keyClick(picker, Qt.Key.Key_Escape)
    assert not picker.isVisible()


def test_all_of_it_is_on_the_display_however_many_cameras_there_are(
    qtbot: QtBot, picker: SourcePicker, previews: FakePreviews
) -> None:
    room = picker.screen().availableGeometry()
    corner = QWidget()
    qtbot.addWidget(corner)
    corner.setGeometry(room.right() - 360, room.bottom() - 40, 360, 40)
    corner.show()
    picker.hide()
    picker.open_on(corner)
    previews.seen = [CameraView(CameraInfo(place, "C920", path=f"/dev/video{place}")) for place in range(5)]
    qtbot.waitUntil(lambda: len(picker.tiles) == 5)
    qtbot.waitUntil(lambda: picker.height() > 400)
    assert room.contains(picker.frameGeometry())


def test_where_the_panel_is_open_it_lies_on_that_and_not_on_the_picture(
    qtbot: QtBot, picker: SourcePicker
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.setGeometry(0, 0, 760, 560)
    panel = QWidget(window)
    panel.setGeometry(400, 0, 360, 560)
    window.show()
    picker.hide()
    picker.open_on(panel)
    qtbot.waitUntil(lambda: len(picker.tiles) == 2)
    within = QRect(panel.mapToGlobal(QPoint(0, 0)), panel.size())
    qtbot.waitUntil(lambda: within.contains(picker.frameGeometry()))


@pytest.mark.parametrize("wide_px", [160, 288, 364])
def test_in_a_pane_all_of_it_is_as_wide_as_the_pane(
    qtbot: QtBot, picker: SourcePicker, sources: FakeSources, wide_px: int
) -> None:
    pane = SidePane()
    qtbot.addWidget(pane)
    pane.resize(wide_px, 200)
    picker.hide()
    picker.open_in(pane)
    qtbot.waitUntil(lambda: len(picker.tiles) == 2)
    viewport = pane.viewport()
    assert viewport is not None
    qtbot.waitUntil(lambda: picker.width() == viewport.width())
    for part in (*picker.tiles.values(), picker.clouds, picker.file, picker.size_box):
        assert part.width() >= min(part.sizeHint().width(), part.minimumSizeHint().width())
        assert picker.rect().left() <= part.x() <= part.geometry().right() <= picker.rect().right()
    with qtbot.waitSignal(picker.left):
        picker.clouds.click()
    assert sources.wishes == [("clouds", None)]


def test_it_goes_from_a_pane_onto_the_panel_and_back(qtbot: QtBot, picker: SourcePicker) -> None:
    pane, panel = SidePane(), QWidget()
    for widget in (pane, panel):
        qtbot.addWidget(widget)
    for _ in range(2):
        picker.hide()
        picker.open_in(pane)
        assert (picker.isWindow(), picker.isVisible()) == (False, True)
        picker.hide()
        picker.open_on(panel)
        assert (picker.isWindow(), picker.isVisible()) == (True, True)
