"""What is listened to: it is told, and switched while the show is on."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtWidgets import QWidget

from livedream.control.control_plan import ControlStatus
from livedream.errors import InputError
from livedream.ui.panel.ports_fold import NO_CONTROLLER, PortsFold, midi_words, port_number


@pytest.fixture
def fold(played: Any, shown: Callable[[QWidget], QWidget]) -> PortsFold:
    fold = PortsFold(played.controls)
    shown(fold)
    fold.said.connect(played.said.append)
    fold.unfold(on=True)
    return fold


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_midi_is_switched_on_and_off(fold: PortsFold, played: Any) -> None:
    assert fold.midi_now.text() == "off"
    fold.midi.click()
    played.step()
    fold.follow(played.controls.status())
    assert fold.midi_now.text() == "nano"
    assert fold.header.note == "MIDI"
    port = played.midi.ins["nano"]
    fold.midi.click()
    played.step()
    assert port.closed == 1
    assert fold.midi_now.text() == "off"


def test_osc_is_switched_on_and_off(fold: PortsFold, played: Any) -> None:
    port = free_port()
    fold.port.setText(str(port))
    fold.osc.click()
    assert fold.osc_now.text() == f"hears 127.0.0.1:{port}"
    assert played.controls.osc is not None
    fold.osc.click()
    assert (fold.osc_now.text(), played.controls.osc) == ("off", None)


def test_a_port_that_cannot_be_had_is_said_and_the_switch_stays_off(fold: PortsFold, played: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        fold.port.setText(str(taken.getsockname()[1]))
        fold.osc.click()
    assert "OSC cannot listen" in played.said[-1]
    assert not fold.osc.isChecked()


@pytest.mark.parametrize("text", ["", "ninety", "0", "65536", "9" * 5000])
def test_what_is_no_port_is_said(text: str) -> None:
    with pytest.raises(InputError, match="is no OSC port"):
        port_number(text)


def test_problems_are_told_each_in_a_sentence(fold: PortsFold) -> None:
    fold.follow(ControlStatus(120.0, 0.0, problems=("OSC cannot listen", "no sound")))
    assert fold.trouble.text() == "OSC cannot listen.\nNo sound."
    assert fold.header.note == " !"
    fold.follow(ControlStatus(120.0, 0.0))
    assert not fold.trouble.isVisible()


def test_no_controller_is_a_sentence_of_its_own() -> None:
    assert midi_words(ControlStatus(120.0, 0.0, midi=())) == NO_CONTROLLER


def test_a_named_profile_is_used(fold: PortsFold, played: Any) -> None:
    fold.profile.setText("stage")
    fold.midi.click()
    status = played.controls.status()
    assert status.profile is not None
    assert status.profile.name == "stage.toml"
