"""The controls' face in the window: everything in its place, followed while it is seen, and no loop."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QSettings, Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from livedream.modulation.row_follower import Movement
from livedream.runtime.parameters import Parameter
from livedream.runtime.status import Status
from livedream.runtime.store import Change
from livedream.settings.modulation_row import ModulationRow
from livedream.settings.show_numbers import FADER
from livedream.ui.control_window import ControlWindow
from livedream.ui.controls_face import ControlsFace, moved_by
from livedream.ui.fake_show import FakeShow
from livedream.ui.panel.control_panel import ControlPanel
from livedream.ui.panel.fader import Fader
from livedream.ui.panel.mood_grid import MoodGrid
from livedream.ui.window import DreamWindow

WAVE = ModulationRow("square 4 beats", "look.light", 0.25)


@pytest.fixture
def window(qtbot: QtBot, status: Status, played: Any, tmp_path: Path) -> Iterator[ControlWindow]:
    show = FakeShow(replace(status, preset="eyes", sinks={}))
    view = DreamWindow(show, played.commands, title="livedream", confirm=lambda _: False)
    panel, moods = ControlPanel(played.store, played.commands), MoodGrid(played.playlist)
    settings = QSettings(str(tmp_path / "panels.ini"), QSettings.Format.IniFormat)
    window = ControlWindow(view, panel, moods, dict, settings)
    played.step()  # the macros are held from now on
    face = ControlsFace(played.controls, played.commands, played.playlist.on_beat, panel, window.stage)
    window.turn_by(face)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        view.present(full_screen=False)
        window.resize(1280, 720)
    yield window
    show.ended = True


@pytest.fixture
def face(window: ControlWindow) -> ControlsFace:
    assert window._face is not None
    return window._face


@pytest.fixture
def changes(played: Any) -> Iterator[list[Change]]:
    changes: list[Change] = []
    end = played.store.observe(changes.append)
    yield changes
    end()


def test_everything_is_in_its_place(window: ControlWindow, face: ControlsFace) -> None:
    for part in (face.macros, face.tempo, face.map_switch, face.matrix, face.inputs):
        assert part.isVisible()
        assert window.isAncestorOf(part)
    assert face.macros.y() < window.panel.panic.y()


def test_in_a_narrow_bar_the_tempo_gives_way_to_the_switch(window: ControlWindow, face: ControlsFace) -> None:
    def held() -> list[bool]:
        return [part.parentWidget() is window.bar.menu for part in (face.tempo, face.map_switch)]

    window.bar.fit(420)
    assert held() == [True, False]
    window.bar.fit(200)
    assert held() == [True, True]
    window.bar.fit(900)
    assert held() == [False, False]


def test_it_follows_while_it_is_seen_only(window: ControlWindow, face: ControlsFace) -> None:
    assert face.follows
    window.hide()
    assert not face.follows
    window.show()
    assert face.follows


def test_a_wave_is_named_on_its_row_and_marked_on_its_slider(
    window: ControlWindow, face: ControlsFace, played: Any, changes: list[Change]
) -> None:
    played.controls.matrix.add(WAVE)
    played.step()
    face.follow()
    window.panel.link.look()
    row = window.panel.first.rows["look.light"]
    assert row.badge.isVisible()
    assert row.badge.text() == "square 4 beats"
    assert row.editor.slider._live == played.value("look.light")  # type: ignore[attr-defined]
    assert {change.layer for change in changes} == {"modulation"}
    played.controls.matrix.remove(WAVE)
    played.step()
    face.follow()
    window.panel.link.look()
    assert not row.badge.isVisible()


def test_a_knob_moves_dial_and_slider_without_a_loop(
    window: ControlWindow, face: ControlsFace, played: Any, changes: list[Change]
) -> None:
    played.controls.learn("macro.depth")
    played.step(1.1)
    for value in (64, 90, 100):
        played.midi.play("nano", 0xB0, 21, value)
        played.step()
    face.follow()
    window.panel.link.look()
    dial = face.macros.dials["macro.depth"]
    assert dial.share == pytest.approx(100 / 127)
    assert dial.caption == "CC 21"
    by_hand = [change for change in changes if change.layer == "hand"]
    window.panel.link.look()
    assert [change for change in changes if change.layer == "hand"] == by_hand
    row = window.panel.first.rows["look.depth"]
    assert "depth" in row.badge.text()


def test_a_slider_that_is_held_stays_with_the_hand_and_modulation_adds_to_it(
    window: ControlWindow, face: ControlsFace, played: Any
) -> None:
    played.controls.matrix.add(WAVE)
    slider = window.panel.first.rows["look.light"].editor.slider  # type: ignore[attr-defined]
    slider.setSliderDown(True)
    slider.setSliderPosition(2000)
    held = slider.value()
    played.step()
    face.follow()
    window.panel.link.look()
    assert slider.value() == held
    assert played.value("look.light") > slider.number
    slider.setSliderDown(False)


def test_f2_outlines_all_that_can_be_mapped(window: ControlWindow, face: ControlsFace, played: Any) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    assert face.mapping is not None
    assert face.mapping.is_on
    assert face.map_switch.isChecked()
    targets = set(face.mapping.overlay.places)
    assert {"macro.trail", "tap", "preset weave", "look.depth"} <= targets
    assert "dream.layers" not in targets, "a table is nothing for a knob"
    QTest.keyClick(face.mapping.overlay, Qt.Key.Key_Escape)
    assert not face.mapping.is_on
    assert window.dock.isVisible()


def test_the_switch_in_the_bar_begins_and_ends_it(window: ControlWindow, face: ControlsFace) -> None:
    assert face.mapping is not None
    face.map_switch.click()
    assert face.mapping.is_on
    overlay = face.mapping.overlay
    at = face.map_switch.mapTo(window, face.map_switch.rect().center())
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=at)
    assert not face.mapping.is_on
    assert not face.map_switch.isChecked()


def test_groups_can_be_unfolded_while_mapping(window: ControlWindow, face: ControlsFace) -> None:
    assert face.mapping is not None
    window.panel.first.unfold(on=False)
    face.mapping.begin()
    header = window.panel.first.header
    at = header.mapTo(window, header.rect().center())
    QTest.mouseClick(face.mapping.overlay, Qt.MouseButton.LeftButton, pos=at)
    assert window.panel.first.is_unfolded()


def test_other_buttons_can_be_mapped_by_their_commands(window: ControlWindow, face: ControlsFace) -> None:
    also = window.bar.switches["moods"]
    face.map_also({"next preset": also, "no command": also})
    found = {one.target for one in face.targets() if one.widget is also}
    assert found == {"next preset"}


def test_the_fader_is_outlined_clicked_and_turned_by_the_knob_that_is_moved_next(
    window: ControlWindow, face: ControlsFace, played: Any
) -> None:
    stands = [0.0]
    moves = Parameter(FADER, lambda: stands[0], partial(stands.__setitem__, 0))
    played.controls.commands.parameters.join(moves)
    fader = Fader()
    window.stage.add_row(fader)
    fader.show()
    face.map_also({"fader": fader})
    assert face.mapping is not None
    face.mapping.begin()
    QTest.qWait(0)
    face.mapping.follow(played.controls.status())
    place = face.mapping.overlay.places["fader"]
    QTest.mouseClick(face.mapping.overlay, Qt.MouseButton.LeftButton, pos=place.center())
    assert (played.controls.status().learning, face.mapping.card.title.text()) == ("fader", "Fader")
    played.step(1.1)
    for value in (0, 1, 64):
        played.midi.play("nano", 0xB0, 7, value)
        played.step(0.1)
    assert [one.target for one in played.controls.bindings()] == ["fader"]
    assert stands == [pytest.approx(64 / 127)]


def test_who_moves_a_setting() -> None:
    rest, turned = ModulationRow("speed", "look.depth"), ModulationRow("depth", "look.depth")
    movement = Movement({"depth": 0.5}, {rest: 0.0, turned: 0.2, WAVE: 0.0})
    assert moved_by([rest, turned, WAVE], movement) == {
        "look.depth": ("depth",),
        "look.light": ("square 4 beats",),
    }
