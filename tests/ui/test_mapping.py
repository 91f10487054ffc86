"""The mapping mode, played with a controller that is none: click a control, move a knob, bound."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from livedream.control.midi_binding import MidiSource
from livedream.control.midi_profile import load_profile
from livedream.errors import MissingError
from livedream.ui.mapping import CHOOSE, MOVE, NO_CONTROLLER, Mapping
from livedream.ui.panel.map_overlay import MapTarget

KNOB, OTHER, PAD = MidiSource(1, "cc", 21), MidiSource(1, "cc", 22), MidiSource(1, "note", 36)


@pytest.fixture
def host(shown: Callable[[QWidget], QWidget]) -> Iterator[QWidget]:
    host = QWidget()
    host.resize(640, 480)
    column = QVBoxLayout(host)
    for name in ("look.depth", "blackout", "preset weave"):
        button = QPushButton(name)
        button.setObjectName(name)
        column.addWidget(button)
    column.addWidget(QLabel("the picture"), 1)
    shown(host)
    yield host
    host.close()


@pytest.fixture
def mapping(host: QWidget, played: Any) -> Mapping:
    buttons = {button.objectName(): button for button in host.findChildren(QPushButton)}
    targets = [MapTarget(button, name) for name, button in buttons.items()]
    mapping = Mapping(played.controls, host, host.findChildren(QLabel)[0], lambda: targets)
    mapping.said.connect(played.said.append)
    return mapping


def step(mapping: Mapping, played: Any) -> None:
    """Let the controls do what is due, more than a second later, and look at them."""
    played.step(1.1)
    mapping.follow(played.controls.status())


def begin(mapping: Mapping, played: Any) -> None:
    mapping.begin()
    step(mapping, played)


def turn(mapping: Mapping, played: Any, number: int, *values: int) -> None:
    for value in values:
        played.midi.play("nano", 0xB0, number, value)
    step(mapping, played)


def click(mapping: Mapping, target: str) -> None:
    place = mapping.overlay.places[target]
    QTest.mouseClick(mapping.overlay, Qt.MouseButton.LeftButton, pos=place.center())


def test_a_click_and_a_turn_bind_a_setting(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    assert mapping.card.sentence.text() == CHOOSE
    click(mapping, "look.depth")
    assert mapping.card.sentence.text() == MOVE
    turn(mapping, played, 21, 64)
    assert mapping.card.sentence.text().startswith("CC 21 on channel 1 turns it, kept in default.toml")
    assert mapping.overlay._badges == {"look.depth": "CC 21"}
    for value in (0, 127):
        turn(mapping, played, 21, value)
    assert played.value("look.depth") == 1.0


def test_a_click_and_a_pad_bind_a_command_and_a_preset(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    click(mapping, "preset weave")
    played.midi.play("nano", 0x90, 36, 100)
    step(mapping, played)
    assert played.playlist.name == "eyes"
    played.midi.play("nano", 0x90, 36, 100)
    step(mapping, played)
    played.controls.coalescer.close()
    assert played.playlist.name == "weave"


def test_what_is_bound_is_kept_in_the_profile(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    click(mapping, "look.depth")
    turn(mapping, played, 21, 64)
    played.controls.close_midi()
    played.step()
    file: Path = played.controls._file("")
    kept = load_profile(file, played.controls.commands)
    assert [(one.source, one.target) for one in kept.bindings] == [(KNOB, "look.depth")]


def test_range_and_pick_up_are_edited_and_stay_with_another_knob(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    click(mapping, "look.depth")
    turn(mapping, played, 21, 64)
    mapping.card.low.setValue(0.2)
    step(mapping, played)
    mapping.card.pickup.click()
    step(mapping, played)
    (binding,) = played.controls.bindings()
    assert (binding.source, binding.low, binding.pickup) == (KNOB, 0.2, False)
    click(mapping, "look.depth")
    turn(mapping, played, 22, 64)
    assert played.controls.bindings() == (replace(binding, source=OTHER),)


def test_a_range_that_cannot_be_is_said(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    click(mapping, "look.depth")
    turn(mapping, played, 21, 64)
    mapping.card.low.setValue(7.0)
    step(mapping, played)
    assert "Low = 7.0 is not possible" in mapping.card.sentence.text()
    assert played.controls.bindings()[0].low is None


def test_delete_unlearns(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    click(mapping, "look.depth")
    turn(mapping, played, 21, 64)
    QTest.keyClick(mapping.overlay, Qt.Key.Key_Delete)
    assert played.controls.bindings() == ()
    assert mapping.card.sentence.text() == "It is bound to nothing. Click it again to bind it."


def test_escape_leaves_and_learns_no_more(mapping: Mapping, played: Any) -> None:
    switched: list[bool] = []
    mapping.toggled.connect(switched.append)
    begin(mapping, played)
    click(mapping, "look.depth")
    QTest.keyClick(mapping.overlay, Qt.Key.Key_Escape)
    assert not mapping.is_on
    assert switched == [True, False]
    assert played.controls.status().learning is None
    turn(mapping, played, 21, 64)
    assert played.controls.bindings() == ()


def test_a_controller_that_is_plugged_in_meanwhile_is_taken(mapping: Mapping, played: Any) -> None:
    played.midi.there.clear()
    begin(mapping, played)
    click(mapping, "look.depth")
    assert mapping.card.sentence.text() == NO_CONTROLLER
    played.midi.there.append("nano")
    step(mapping, played)
    assert mapping.card.sentence.text() == MOVE
    turn(mapping, played, 21, 64)
    assert len(played.controls.bindings()) == 1


def test_without_midi_it_says_why(mapping: Mapping, played: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingError("MIDI needs mido", "install it with", "pip install mido")

    monkeypatch.setattr(played.controls, "_backend", missing)
    begin(mapping, played)
    assert mapping.card.sentence.text() == "MIDI needs mido; install it with: pip install mido."
    assert "MIDI needs mido" in played.said[-1]


def test_a_system_without_midi_is_told(mapping: Mapping, played: Any) -> None:
    played.midi.broken = True
    begin(mapping, played)
    assert mapping.card.sentence.text() == "MIDI cannot be looked at: no sequencer."
    assert played.controls.status().problems == ("MIDI cannot be looked at: no sequencer",)


def test_the_card_lies_on_the_picture(mapping: Mapping, played: Any, host: QWidget) -> None:
    begin(mapping, played)
    assert host.rect().contains(mapping.card.geometry())
    assert not any(place.intersects(mapping.card.geometry()) for place in mapping.overlay.places.values())


def test_everything_can_be_bound_without_being_seen(mapping: Mapping, played: Any) -> None:
    begin(mapping, played)
    mapping.card.others.setCurrentText("tap")
    played.midi.play("nano", 0x90, 40, 100)
    step(mapping, played)
    assert [one.target for one in played.controls.bindings()] == ["tap"]
