from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from livedream.health import Health
from livedream.runtime.playlist import Playlist
from livedream.runtime.status import OutletStatus, Status
from livedream.settings import describe
from livedream.ui.panel.control_panel import NARROWEST_PX, ControlPanel
from livedream.ui.panel.panel_style import BACKGROUND
from livedream.ui.panel.setting_row import SettingRow


def rows(panel: ControlPanel) -> list[SettingRow]:
    return panel.findChildren(SettingRow)


def visible(panel: ControlPanel) -> set[str]:
    return {row.info.word for row in rows(panel) if row.isVisible()}


def test_every_setting_has_one_place_and_folded_ones_are_not_made(stage: Any) -> None:
    panel = stage.panel
    basic = {info.word for info in describe() if info.basic}
    assert {row.info.word for row in rows(panel)} == basic

    for fold in panel.groups.values():
        fold.unfold(on=True)

    made = [row.info.word for row in rows(panel)]
    assert sorted(made) == sorted(info.word for info in describe())


def test_the_setting_to_turn_first_comes_first(stage: Any) -> None:
    words = list(stage.panel.first.rows)
    assert words[0] == "look.depth"
    lifetimes = [row.info.lifetime for row in stage.panel.first.rows.values()]
    assert lifetimes == sorted(lifetimes, reverse=True), "what needs another engine comes last"


@pytest.mark.parametrize(
    ("searched", "found", "not_found"),
    [
        ("jitter", "dream.jitter_px", "look.depth"),
        ("clockwise", "feedback.rotate", "feedback.zoom"),
        ("Flight", "feedback.pan_x", "look.depth"),
        ("motion attack", "motion.attack_s", "motion.release_s"),
    ],
)
def test_search_goes_by_word_group_and_help_and_unfolds(
    stage: Any, searched: str, found: str, not_found: str
) -> None:
    panel = stage.panel
    panel.search.setFocus()
    QTest.keyClicks(panel.search, searched)
    stage.until(lambda: found in visible(panel) and not_found not in visible(panel))

    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    basic = {info.word for info in describe() if info.basic}
    stage.until(lambda: visible(panel) == basic)
    assert not any(fold.is_unfolded() for fold in panel.groups.values())


def test_a_search_without_an_answer_says_so(stage: Any) -> None:
    stage.panel.search.setText("qqqq")
    stage.until(stage.panel.nothing.isVisible)
    assert visible(stage.panel) == set()


def test_what_was_unfolded_before_a_search_is_so_after_it(stage: Any) -> None:
    panel = stage.panel
    panel.groups["Motion"].unfold(on=True)
    for searched in ("saturation", "jitter", ""):
        panel.search.searched.emit(searched)
    assert [name for name, fold in panel.groups.items() if fold.is_unfolded()] == ["Motion"]
    assert all(fold.isVisible() for fold in panel.groups.values())


def test_control_f_goes_to_the_search(stage: Any) -> None:
    stage.panel.first.rows["look.depth"].editor.slider.setFocus()
    QTest.keyClick(stage.panel.focusWidget(), Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert stage.panel.search.hasFocus()


def test_the_tab_key_reaches_everything_from_top_to_bottom(stage: Any) -> None:
    panel = stage.panel
    panel.panic.buttons["blackout"].setFocus()
    seen: list[QWidget] = []
    while (now := QApplication.focusWidget()) is not None and now not in seen:
        seen.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    first = panel.first.rows["look.depth"]
    order = [
        *panel.panic.buttons.values(),
        panel.search,
        panel.first.header,
        first.pin,
        first.editor.box,
        first.editor.slider,
        *(fold.header for fold in panel.groups.values()),
    ]
    assert [widget for widget in seen if widget in order] == order
    for row in rows(panel):
        assert {row.editor.head, row.editor.body} - {None} <= set(seen)


def test_no_button_has_the_focus_before_somebody_gives_it(stage: Any) -> None:
    assert not any(button.hasFocus() for button in stage.panel.panic.buttons.values())


def test_the_focus_is_seen(stage: Any) -> None:
    row = stage.row("motion.cut_keep")
    row.editor.slider.setFocus()
    box = stage.panel.area.viewport()
    top = row.editor.slider.mapTo(stage.panel, row.editor.slider.rect().topLeft()).y()
    assert box.mapTo(stage.panel, box.rect().topLeft()).y() <= top < stage.panel.height()


def test_the_wheel_scrolls_and_changes_nothing(stage: Any, qtbot: QtBot) -> None:
    from PyQt6.QtCore import QPoint, QPointF
    from PyQt6.QtGui import QWheelEvent

    for word in ("look.depth", "dream.network"):
        row = stage.row(word)
        for widget in (row.editor.head, row.editor.body):
            if widget is not None:
                event = QWheelEvent(
                    QPointF(5, 5),
                    widget.mapToGlobal(QPointF(5, 5)),
                    QPoint(),
                    QPoint(0, 120),
                    Qt.MouseButton.NoButton,
                    Qt.KeyboardModifier.NoModifier,
                    Qt.ScrollPhase.NoScrollPhase,
                    False,
                )
                QApplication.sendEvent(widget, event)
    assert not stage.changes


def test_closed_it_observes_no_more_and_shown_again_it_is_up_to_date(stage: Any) -> None:
    panel, row = stage.panel, stage.row("look.depth")
    observers = len(stage.store._observers)
    panel.close()
    assert len(stage.store._observers) == observers - 1
    assert not panel.link.active

    stage.store.change({"look.depth": 0.2}, "midi")
    panel.show()
    assert row.editor.box.value() == 0.2


def test_destroyed_it_leaves_nothing_behind(qtbot: QtBot, playlist: Playlist) -> None:
    from livedream.ui.fake_show import FakeDesk

    panel = ControlPanel(playlist.store, FakeDesk())
    panel.show()
    assert playlist.store._observers
    panel.deleteLater()
    qtbot.waitUntil(lambda: not playlist.store._observers)
    playlist.store.change({"look.depth": 0.2}, "midi")


@pytest.mark.parametrize("width", [NARROWEST_PX, 360, 420, 700])
def test_it_fits_into_its_width(stage: Any, width: int) -> None:
    for fold in stage.panel.groups.values():
        fold.unfold(on=True)
    stage.panel.resize(width, 700)
    stage.until(lambda: stage.panel.width() == width)
    content = stage.panel.area.widget()
    assert content.minimumSizeHint().width() <= stage.panel.area.viewport().width()
    for row in rows(stage.panel):
        for widget in (row.editor.head, row.editor.body):
            if widget is not None:
                assert widget.mapTo(stage.panel, widget.rect().topRight()).x() < width


def test_it_is_dark(stage: Any) -> None:
    image = stage.panel.grab().toImage()
    colours = [image.pixelColor(x, y) for x in range(0, 420, 7) for y in range(0, 800, 7)]
    dark = sum(colour.lightness() < 70 for colour in colours)
    assert dark > 0.8 * len(colours)
    assert QColor(image.pixel(2, 2)) == BACKGROUND


def test_it_shows_what_it_is_told(stage: Any) -> None:
    stage.panel.show_status(
        Status(panic="freeze", outlets=(OutletStatus("record", "Record", Health("live")),))
    )
    assert stage.panel.panic.buttons["freeze"].isChecked()
    assert stage.panel.outlets.buttons["record"].isChecked()


def test_headers_count_what_the_hand_has_changed(stage: Any) -> None:
    stage.store.change({"motion.fill": 0.1, "motion.recall": 0.2, "look.depth": 0.1}, "midi")
    stage.store.change({"motion.cut_keep": 0.1}, "bass", "modulation")
    headers = [stage.panel.first.header, stage.panel.groups["Motion"].header]
    stage.until(lambda: [header.note for header in headers] == ["1 changed", "2 changed"])
    stage.store.clear("hand")
    stage.until(lambda: [header.note for header in headers] == ["", ""])


@pytest.mark.parametrize("kind", ["panic", "fold"])
def test_after_a_click_the_keys_are_the_windows_again(stage: Any, kind: str) -> None:
    panel = stage.panel
    buttons = {
        "panic": panel.panic.buttons["freeze"],
        "fold": panel.first.header,
    }
    panel.search.setFocus()
    QTest.mouseClick(buttons[kind], Qt.MouseButton.LeftButton)
    assert panel.hasFocus(), "the space bar does not press the button once more"


def test_the_bar_has_a_handle_only_while_there_is_something_to_scroll(qtbot: QtBot, stage: Any) -> None:
    panel = stage.panel
    bar = panel.area.verticalScrollBar()

    def colours() -> set[str]:
        image = bar.grab().toImage()
        return {image.pixelColor(bar.width() // 2, y).name() for y in range(bar.height())}

    panel.resize(panel.width(), 400)
    qtbot.waitUntil(bar.isEnabled)
    assert len(colours()) > 1
    panel.resize(panel.width(), 8000)
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert not bar.isEnabled()
    assert colours() == {BACKGROUND.name()}
