"""The performer's window: picture, panel, and the keys wherever the focus is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from livedream.engines.progress import Progress
from livedream.frame import Frame, Rgb
from livedream.health import Health
from livedream.runtime.mood_thumbnails import MoodThumbnails
from livedream.runtime.playlist import Playlist
from livedream.runtime.status import Status
from livedream.ui.control_window import ControlWindow, figures
from livedream.ui.fake_show import FakeDesk, FakeShow
from livedream.ui.mood_pictures import MoodPictures
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.editors import ChoiceEditor, NumberEditor, TextEditor
from livedream.ui.panel.setting_row import SettingRow
from tests.runtime.test_mood_thumbnails import FakePainter

Key = Qt.Key


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


def test_no_button_has_the_keys_before_somebody_gives_them(
    qtbot: QtBot, window: ControlWindow, desk: FakeDesk
) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.view)
    qtbot.keyClick(QApplication.focusWidget(), Key.Key_Space)
    assert desk.moves == ["freeze"]


def row_of(window: ControlWindow, word: str) -> SettingRow:
    folds = (window.panel.first, *window.panel.groups.values())
    fold = next(fold for fold in folds if any(info.word == word for info in fold.infos))
    fold.unfold(on=True)
    return fold.rows[word]


def choose_next(row: SettingRow) -> None:
    """Choose in a list that is open."""
    assert isinstance(row.editor, ChoiceEditor)
    row.editor.box.setFocus()
    row.editor.box.showPopup()
    for key in (Key.Key_Down, Key.Key_Return):
        QTest.keyClick(row.editor.box.view(), key)


def type_number(row: SettingRow) -> None:
    assert isinstance(row.editor, NumberEditor)
    row.editor.box.setFocus()
    row.editor.box.selectAll()
    QTest.keyClicks(row.editor.box, "0.7")
    QTest.keyClick(row.editor.box, Key.Key_Return)


def type_text(row: SettingRow) -> None:
    assert isinstance(row.editor, TextEditor)
    row.editor.line.setFocus()
    row.editor.line.setText("lines = 1")
    QTest.keyClick(row.editor.line, Key.Key_Return)


@pytest.mark.parametrize(
    ("word", "use"),
    [("dream.rank", choose_next), ("look.depth", type_number), ("dream.layers", type_text)],
)
def test_what_was_just_used_leaves_the_keys_to_the_show(
    qtbot: QtBot,
    window: ControlWindow,
    playlist: Playlist,
    desk: FakeDesk,
    word: str,
    use: Callable[[SettingRow], None],
) -> None:
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.view)
    before = playlist.store.snapshot()
    use(row_of(window, word))
    assert (used := playlist.store.snapshot()) != before
    for key in (Key.Key_B, Key.Key_V, Key.Key_Space, Key.Key_R, Key.Key_3, Key.Key_Return):
        QTest.keyClick(QApplication.focusWidget(), key)
    assert desk.moves == ["blackout", "bypass", "freeze", "reset dream", "preset 3", "go"]
    assert playlist.store.snapshot() == used


@pytest.mark.parametrize("word", ["dream.rank", "look.depth"])
def test_a_list_or_a_number_takes_no_letter_of_the_show(
    qtbot: QtBot, window: ControlWindow, playlist: Playlist, desk: FakeDesk, word: str
) -> None:
    editor = row_of(window, word).editor
    assert isinstance(editor, ChoiceEditor | NumberEditor)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.view)
    editor.box.setFocus()
    before = playlist.store.snapshot()
    for key in (Key.Key_B, Key.Key_V, Key.Key_Space, Key.Key_R):
        QTest.keyClick(editor.box, key)
    assert desk.moves == ["blackout", "bypass", "freeze", "reset dream"]
    assert playlist.store.snapshot() == before
