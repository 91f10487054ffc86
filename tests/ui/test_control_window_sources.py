"""The list of sources in the performer's window, and what follows a change of the source."""

from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, QSettings, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from livedream.engines.cache import EngineCache
from livedream.presets import Preset, apply_assignments
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.session import LiveSession
from livedream.runtime.source_switcher import Devices, Wish
from livedream.settings import Settings
from livedream.sources.camera import Camera
from livedream.sources.cameras import CameraInfo
from livedream.sources.capture import Opened
from livedream.sources.fake_camera import FakeCapture, FakeDevice
from livedream.ui.control_window import ControlWindow, with_panel
from livedream.ui.source_picker import SourcePicker
from livedream.ui.window import DreamWindow
from tests.runtime.conftest import SMALL
from tests.runtime.test_mood_thumbnails import FakePainter
from tests.ui.conftest import place_of
from tests.ui.test_source_picker import FakePreviews, FakeSources

Key = Qt.Key


def test_the_source_opens_the_list_of_sources(qtbot: QtBot, window: ControlWindow) -> None:
    sources, previews = FakeSources(), FakePreviews()
    picker = SourcePicker(sources, previews)
    qtbot.addWidget(picker)
    window.offer(picker)
    qtbot.mouseClick(window.bar.source, Qt.MouseButton.LeftButton)
    assert picker.isVisible()
    assert picker.pos() == window.panel.area.mapToGlobal(QPoint(0, 0)), "not on the picture"
    picker.hide()
    qtbot.keyClick(window.view, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert picker.isVisible()
    picker.clouds.click()
    assert sources.wishes == [("clouds", None)]
    assert "opening" in window.view.overlays.look(window.view._clock.now_s(), dreaming=True).hint.text


@pytest.mark.parametrize("size", [(320, 240), (480, 300), (640, 360), (1280, 720), (1920, 1080)])
def test_the_source_is_chosen_beside_the_picture_where_the_panel_is_folded(
    qtbot: QtBot, window: ControlWindow, size: tuple[int, int]
) -> None:
    picker = SourcePicker(FakeSources(), FakePreviews())
    qtbot.addWidget(picker)
    window.offer(picker)
    qtbot.keyClick(window.view, Key.Key_C)
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    qtbot.mouseClick(window.bar.source, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(picker.isVisible)
    QApplication.processEvents()
    pane, picture = place_of(window, window.stage.beside), place_of(window, window.view)
    assert not picker.isWindow()
    assert window.rect().contains(pane)
    assert not picture.intersects(pane)
    assert picture.width() >= size[0] // 2
    qtbot.mouseClick(window.bar.source, Qt.MouseButton.LeftButton)
    assert not window.stage.beside.isVisible()
    qtbot.waitUntil(lambda: window.view.width() == window.stage.width())


def test_the_list_of_sources_goes_when_the_panel_opens_or_the_picture_fills_the_display(
    qtbot: QtBot, window: ControlWindow
) -> None:
    picker = SourcePicker(FakeSources(), FakePreviews())
    qtbot.addWidget(picker)
    window.offer(picker)
    for key in (Key.Key_C, Key.Key_F):
        if window.dock.isVisible():
            qtbot.keyClick(window.view, Key.Key_C)
        qtbot.keyClick(window.view, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        assert picker.isVisible()
        qtbot.keyClick(window.view, key)
        qtbot.waitUntil(lambda: not picker.isVisible())
        assert not window.stage.beside.isVisible()


class Named(FakeCapture):
    def __init__(self, device: FakeDevice, name: str) -> None:
        super().__init__(device)
        self._named = name

    def open(self) -> Opened:
        super().open()
        return Opened(self._named, 30.0, f"/dev/{self._named}")


def test_in_a_real_show_the_camera_is_changed_and_tiles_and_pictures_follow(
    qtbot: QtBot, tmp_path: Path
) -> None:
    small = apply_assignments(Settings(), SMALL)
    other = apply_assignments(small, ["look.strength=2"])
    playlist = Playlist([Preset("calm", "", small), Preset("strong", "", other)])
    devices = {name: FakeDevice() for name in ("first", "second")}
    cameras = [CameraInfo(place, name, path=f"/dev/{name}") for place, name in enumerate(devices)]

    def opened(wish: Wish) -> Camera:
        return Camera(lambda: Named(devices[wish.name], wish.name))

    plan = Plan("test", output_wh=(128, 96), fps=50.0, engine="eager", governed=False)
    cache, painter = EngineCache(tmp_path / "engines"), FakePainter()
    settings = QSettings(str(tmp_path / "panels.ini"), QSettings.Format.IniFormat)
    with LiveSession(opened(Wish(cameras[0])), playlist, plan, cache=cache) as session:
        session.sources.devices = Devices(opened, cameras=lambda: cameras)
        session.start()
        view = DreamWindow(session, session.commands, title="livedream")
        window = with_panel(session, playlist, view, settings, painter)
        qtbot.addWidget(window)
        view.present(full_screen=False)
        qtbot.waitUntil(lambda: window.bar.source.text_shown().startswith("first"))
        qtbot.waitUntil(lambda: window.moods.tiles[0].running)
        qtbot.waitUntil(lambda: len(painter.painted) == 2)
        qtbot.keyClick(view, Key.Key_2)
        qtbot.waitUntil(lambda: window.moods.tiles[1].running)
        qtbot.keyClick(view, Key.Key_O, Qt.KeyboardModifier.ControlModifier)
        picker = window._picker
        assert picker is not None
        qtbot.waitUntil(lambda: "/dev/second" in picker.tiles)
        assert picker.tiles["/dev/first"].in_use
        qtbot.mouseClick(picker.tiles["/dev/second"], Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.bar.source.text_shown().startswith("second"))
        qtbot.waitUntil(lambda: len(painter.painted) == 4)
        view.leave()
    assert devices["first"].releases == 1
