"""The performer's window: picture, panel, and the keys wherever the focus is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QRect, QSettings, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from livedream.engines.build_job import ProgramState
from livedream.engines.cache import EngineCache
from livedream.engines.progress import Progress
from livedream.frame import Frame, Rgb
from livedream.health import Health
from livedream.presets import Preset, apply_assignments, load
from livedream.runtime.mood_thumbnails import MoodThumbnails
from livedream.runtime.plan import Plan
from livedream.runtime.playlist import Playlist
from livedream.runtime.session import LiveSession
from livedream.runtime.source_switcher import Devices, Wish
from livedream.runtime.status import Status
from livedream.settings import Settings
from livedream.sources.camera import Camera
from livedream.sources.cameras import CameraInfo
from livedream.sources.capture import Opened
from livedream.sources.fake_camera import FakeCapture, FakeDevice
from livedream.ui.control_window import ControlWindow, figures, with_panel
from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.mood_pictures import MoodPictures
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.source_picker import SourcePicker
from livedream.ui.window import DreamWindow
from tests.runtime.conftest import SMALL
from tests.runtime.test_mood_thumbnails import FakePainter
from tests.ui.test_source_picker import FakePreviews, FakeSources

Key = Qt.Key
STATES: dict[str, ProgramState] = {"eyes": "ready", "weave": "building"}


@pytest.fixture
def show(status: Status) -> FakeShow:
    return FakeShow(replace(status, preset="eyes", sinks={}))


@pytest.fixture
def playlist() -> Playlist:
    return Playlist([load("eyes"), load("weave")])


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def window(
    qtbot: QtBot, show: FakeShow, playlist: Playlist, desk: FakeDesk, tmp_path: Path
) -> Iterator[ControlWindow]:
    view = DreamWindow(show, desk, title="livedream", confirm=lambda _: False)
    panel, moods = ControlPanel(playlist.store, desk), MoodGrid(playlist)
    settings = QSettings(str(tmp_path / "panels.ini"), QSettings.Format.IniFormat)
    window = ControlWindow(view, panel, moods, lambda: STATES, settings)
    qtbot.addWidget(window)
    window.place((1280, 720))
    view.present(full_screen=False)
    qtbot.waitExposed(window)
    yield window
    show.ended = True


def test_it_shows_the_picture_beside_the_panel(
    qtbot: QtBot, window: ControlWindow, show: FakeShow, half_red: Rgb
) -> None:
    show.give(half_red)
    qtbot.waitUntil(lambda: window.view.picture.preview.filled)
    qtbot.waitUntil(lambda: window.windowTitle().startswith("livedream - eyes"))
    assert window.dock.isVisible()
    assert window._figures.text().startswith("34.8 frames/s")
    assert "OpenVINO float32 320x240" in window._figures.text()
    assert "34.8" in window._figures.text()
    assert window.bar.source.text_shown().startswith("C920 webcam")
    assert [tile.running for tile in window.moods.tiles] == [True, False]
    assert [tile.state for tile in window.moods.tiles] == ["ready", "building"]


def place_of(window: ControlWindow, part: QWidget) -> QRect:
    return QRect(part.mapTo(window, part.rect().topLeft()), part.size())


@pytest.mark.parametrize(
    "size", [(320, 240), (480, 360), (700, 480), (1280, 720), (1920, 1080), (3840, 2160)]
)
def test_nothing_lies_on_the_picture_at_any_size(
    qtbot: QtBot, window: ControlWindow, size: tuple[int, int]
) -> None:
    window.stage.add_row(QLabel("a row of somebody else"))
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    QApplication.processEvents()
    picture = place_of(window, window.view)
    parts = [part for part in (window.bar, window.stage.area, window.dock) if part.isVisible()]
    assert not any(picture.intersects(place_of(window, part)) for part in parts)
    assert window.rect().contains(picture)
    assert picture.width() >= 320
    assert picture.height() >= 0.55 * size[1]
    assert window.dock.isVisible() is (size[0] >= 700)
    assert window.bar.isVisible()
    assert window.stage.area.isVisible() is (size[1] >= 480)


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


@pytest.mark.parametrize("size", [(320, 240), (480, 330), (640, 360), (1280, 720)])
def test_every_control_of_the_bars_is_reached_at_any_size(
    qtbot: QtBot, qtlog: Any, window: ControlWindow, size: tuple[int, int]
) -> None:
    row, bar = QLabel("a row of somebody else"), window.bar
    window.stage.add_row(row)
    for wide in (size, (1280, 720), size):
        window.resize(*wide)
        qtbot.waitUntil(lambda wide=wide: (window.width(), window.height()) == wide)
        QApplication.processEvents()
    assert bar.more.isVisible() is (size != (1280, 720))
    if bar.more.isVisible():
        qtbot.mouseClick(bar.more, Qt.MouseButton.LeftButton)
    for part in (bar.source, *bar.switches.values(), row, window.moods.tiles[1]):
        assert part.isVisible()
        assert part.width() >= min(part.sizeHint().width(), 40)
    qtbot.mouseClick(bar.switches["mirror"], Qt.MouseButton.LeftButton)
    assert not window.view.picture.preview.mirror
    assert not bar.menu.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: place_of(window, row).bottom() < place_of(window, window.stage.area).top())
    assert place_of(window, row).width() > 800
    assert not [record.message for record in qtlog.records if "TabOrder" in record.message]


def test_a_panel_without_room_says_so(qtbot: QtBot, window: ControlWindow) -> None:
    qtbot.keyClick(window.view, Key.Key_C)
    window.resize(400, 300)
    qtbot.keyClick(window.view, Key.Key_C)
    assert "make it 68" in window.view.overlays.look(window.view._clock.now_s(), dreaming=True).hint.text
    assert not window.dock.isVisible()
    window.resize(1280, 720)
    qtbot.waitUntil(window.dock.isVisible)


def test_switches_ask_the_window_and_show_how_it_stands(qtbot: QtBot, window: ControlWindow) -> None:
    for name, part in (("moods", window.stage.area), ("panel", window.dock)):
        switch = window.bar.switches[name]
        assert switch.isChecked()
        qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
        assert not part.isVisible()
        assert not switch.isChecked()
        assert not switch.hasFocus()
    mirror = window.bar.switches["mirror"]
    qtbot.waitUntil(mirror.isChecked)
    qtbot.mouseClick(mirror, Qt.MouseButton.LeftButton)
    assert not window.view.picture.preview.mirror
    qtbot.waitUntil(lambda: not mirror.isChecked())


@pytest.mark.parametrize("smaller_before", [False, True])
def test_the_tab_key_goes_from_the_bar_over_the_moods_to_the_panel(
    qtbot: QtBot, window: ControlWindow, smaller_before: bool
) -> None:
    for wide in [(320, 240), (1280, 720)] if smaller_before else []:
        window.resize(*wide)
        qtbot.waitUntil(lambda wide=wide: (window.width(), window.height()) == wide)
    window.bar.source.setFocus()
    seen: list[QWidget | None] = []
    while (now := QApplication.focusWidget()) not in seen:
        seen.append(now)
        QTest.keyClick(now, Key.Key_Tab)
    order = [window.bar.switches["panel"], window.moods.tiles[0], window.panel.panic.buttons["blackout"]]
    assert [widget for widget in seen if widget in order] == order


def test_the_strip_tells_what_is_waited_for() -> None:
    assert figures(Status()) == "starting"
    assert figures(Status(building="openvino, 3 s")) == "building openvino, 3 s"
    assert figures(Status(engine="eager", building="openvino, 3 s", preparing=4)).endswith(
        "4 engines to prepare"
    )


def test_c_and_escape_fold_the_panel_and_never_close(qtbot: QtBot, window: ControlWindow) -> None:
    for key, shown in (
        (Key.Key_C, False),
        (Key.Key_C, True),
        (Key.Key_Escape, False),
        (Key.Key_Escape, True),
    ):
        qtbot.keyClick(window.view, key)
        assert window.dock.isVisible() is shown
        assert window.isVisible()


def test_full_screen_is_the_picture_alone(qtbot: QtBot, window: ControlWindow) -> None:
    qtbot.keyClick(window.view, Key.Key_F)
    qtbot.waitUntil(window.isFullScreen)
    qtbot.waitUntil(lambda: not window.dock.isVisible())
    qtbot.waitUntil(lambda: window.view.height() == window.height())
    qtbot.keyClick(window.view, Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    qtbot.waitUntil(window.dock.isVisible)


def test_panic_keys_reach_the_show_and_the_panel_shows_what_is_on(
    qtbot: QtBot, window: ControlWindow, show: FakeShow, desk: FakeDesk
) -> None:
    qtbot.keyClick(window.view, Key.Key_B)
    assert desk.moves == ["blackout"]
    show.told = replace(show.told, panic="blackout")
    panel = window.dock.widget()
    assert isinstance(panel, ControlPanel)
    qtbot.waitUntil(panel.panic.buttons["blackout"].isChecked)


def test_closing_asks_and_keeps_how_the_panel_lay(
    qtbot: QtBot, window: ControlWindow, show: FakeShow
) -> None:
    show.told = replace(show.told, sinks={"recording a.mp4": Health("live")})
    assert not window.close(), "the answer was no"
    qtbot.keyClick(window.view, Key.Key_C)
    show.told = replace(show.told, sinks={})
    with qtbot.waitSignal(window.view.closed):
        window.close()
    assert window._settings.value("panels") is not None


def test_a_show_that_ends_closes_it(qtbot: QtBot, window: ControlWindow, show: FakeShow) -> None:
    with qtbot.waitSignal(window.view.closed):
        show.ended = True
    qtbot.waitUntil(lambda: not window.isVisible())


def test_the_strip_names_the_mood_that_is_built_and_how_far_it_is() -> None:
    armed = Status(engine="eager", building="openvino, 3 s", armed="weave", progress=Progress(3.0, 10.0))
    assert figures(armed).endswith("building weave: 3 of ~10 s")


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


def test_pictures_of_the_moods_arrive_and_end_with_the_window(
    qtbot: QtBot, window: ControlWindow, playlist: Playlist
) -> None:
    painter, frame = FakePainter(), Frame(np.full((9, 16, 3), 5, np.uint8), 0.0, 0)
    before = window.moods.tiles[0].grab().toImage()
    thumbnails = MoodThumbnails(lambda: playlist.presets, lambda: frame, lambda _: True, painter, print)
    window.paint(MoodPictures(window.moods, thumbnails, lambda: frame))
    qtbot.waitUntil(lambda: window.moods.tiles[0].grab().toImage() != before)
    assert not painter.closed
    window.close()
    assert painter.closed


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


def test_no_button_has_the_keys_before_somebody_gives_them(
    qtbot: QtBot, window: ControlWindow, desk: FakeDesk
) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.view)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    assert desk.moves == ["freeze"]
