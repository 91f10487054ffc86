"""What turns the show from elsewhere: it is told, and switched while the show is on; no port holds it up."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from livedream.control.control_plan import ControlStatus
from livedream.control.lane import DirectLane
from livedream.control.sound_inputs import SoundInputs
from livedream.errors import InputError, MissingError
from livedream.health import Health
from livedream.ui.panel.control_fold import EVERYWHERE, SYSTEM_INPUT, ControlFold, port_number

NO_LIBRARY = MissingError("sound needs a library", "install it with", "pip install sound")


class FakeLink:
    """A session of Ableton Link without others, which is joined when `may_join` is set."""

    def __init__(self) -> None:
        self.may_join, self.enabled, self.threads = threading.Event(), False, list[threading.Thread]()
        self.may_join.set()

    def join(self, bpm: float) -> Any:
        self.threads.append(threading.current_thread())
        assert self.may_join.wait(60)
        return self

    def captureAppSessionState(self) -> Any:  # noqa: N802
        return self

    def tempo(self) -> float:
        return 120.0

    def numPeers(self) -> int:  # noqa: N802
        return 0


@pytest.fixture
def link(played: Any) -> FakeLink:
    link = FakeLink()
    played.controls.inputs._peer = link.join
    return link


@pytest.fixture
def fold(played: Any, link: FakeLink, shown: Callable[[QWidget], QWidget]) -> ControlFold:
    def missing() -> Any:
        raise NO_LIBRARY

    played.controls.inputs.sounds = SoundInputs(played.clock, missing, DirectLane)
    fold = ControlFold(played.controls)
    shown(fold)
    fold.said.connect(played.said.append)
    fold.unfold(on=True)
    return fold


def settled(fold: ControlFold, played: Any) -> ControlFold:
    assert played.controls.inputs.settle(20)
    fold.follow(played.controls.status())
    return fold


def words(fold: ControlFold, name: str) -> str:
    return fold.rows[name].now.text()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_midi_is_switched_on_and_off(fold: ControlFold, played: Any) -> None:
    assert words(fold, "MIDI") == "off"
    fold.rows["MIDI"].switch.click()
    played.step()
    fold.follow(played.controls.status())
    assert words(fold, "MIDI") == "nano"
    assert fold.header.note == "MIDI"
    port = played.midi.ins["nano"]
    fold.rows["MIDI"].switch.click()
    played.step()
    assert port.closed == 1
    assert words(fold, "MIDI") == "off"


def test_osc_is_switched_on_and_off(fold: ControlFold, played: Any) -> None:
    port, switch = free_port(), fold.rows["OSC"].switch
    fold.port.setText(str(port))
    switch.click()
    settled(fold, played)
    assert words(fold, "OSC") == f"hears 127.0.0.1:{port}"
    assert switch.isChecked()
    switch.click()
    settled(fold, played)
    assert (words(fold, "OSC"), played.controls.osc, switch.isChecked()) == ("off", None, False)


def test_art_net_is_switched_on_and_off_with_the_channels_that_are_written(
    fold: ControlFold, played: Any
) -> None:
    fold.channels.setText("3/7=look.depth,look.light")
    fold.rows["Art-Net"].switch.click()
    settled(fold, played)
    health = played.controls.status().inputs["Art-Net"]
    if health.state == "live":  # its port is its own, and another program may have it
        assert health.message.startswith("hears universe 3, channels 7 to 8, on 127.0.0.1:")
        assert "channel 7" in played.controls.matrix.sources()
    fold.rows["Art-Net"].switch.click()
    settled(fold, played)
    assert words(fold, "Art-Net") == "off"
    assert "channel 7" not in played.controls.matrix.sources()


def test_channels_that_cannot_be_are_said_and_nothing_is_opened(fold: ControlFold, played: Any) -> None:
    fold.channels.setText("0/1=look.deepth")
    fold.rows["Art-Net"].switch.click()
    assert "Art-Net 0/1=look.deepth: there is no setting 'look.deepth'" in played.said[-1]
    assert not fold.rows["Art-Net"].switch.isChecked()


def test_link_that_takes_long_to_join_holds_up_nobody(fold: ControlFold, played: Any, link: FakeLink) -> None:
    link.may_join.clear()
    fold.rows["Ableton Link"].switch.click()
    assert words(fold, "Ableton Link") == "being opened"
    link.may_join.set()
    settled(fold, played)
    assert words(fold, "Ableton Link") == "no others in the session"
    assert link.threads[0] is not threading.current_thread()
    assert link.enabled
    fold.rows["Ableton Link"].switch.click()
    settled(fold, played)
    assert not link.enabled


def test_what_is_missing_is_told_and_its_remedy_can_be_copied(
    qtbot: QtBot, fold: ControlFold, played: Any
) -> None:
    row = fold.rows["Sound"]
    row.switch.click()
    settled(fold, played)
    qtbot.waitUntil(lambda: played.controls.status().inputs["Sound"].state == "failed")
    fold.follow(played.controls.status())
    assert (words(fold, "Sound"), row.trouble.isVisible()) == ("cannot start", True)
    assert row.trouble.message.text() == "Sound needs a library."
    row.trouble.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == NO_LIBRARY.remedy
    assert fold.header.note == "!"


def test_a_port_that_cannot_be_had_is_told_and_tried_again(fold: ControlFold, played: Any) -> None:
    row = fold.rows["OSC"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        fold.port.setText(str(taken.getsockname()[1]))
        row.switch.click()
        settled(fold, played)
        assert "OSC cannot listen" in row.trouble.message.text()
    row.trouble.again.click()
    settled(fold, played)
    assert words(fold, "OSC").startswith("hears")
    assert not row.trouble.isVisible()


def test_another_port_is_taken_with_enter_and_the_network_with_a_switch(
    qtbot: QtBot, fold: ControlFold, played: Any
) -> None:
    fold.port.setText(str(free_port()))
    fold.rows["OSC"].switch.click()
    settled(fold, played)
    port = free_port()
    fold.port.setText(str(port))
    fold.port.returnPressed.emit()
    settled(fold, played)
    assert words(fold, "OSC") == f"hears 127.0.0.1:{port}"
    fold.everywhere.click()
    settled(fold, played)
    assert words(fold, "OSC") == f"hears {EVERYWHERE}:{port}"


@pytest.mark.parametrize("text", ["", "ninety", "0", "65536", "9" * 5000])
def test_what_is_no_port_is_said(text: str) -> None:
    with pytest.raises(InputError, match="is no OSC port"):
        port_number(text)


def test_problems_are_told_each_in_a_sentence(fold: ControlFold) -> None:
    fold.follow(ControlStatus(120.0, 0.0, problems=("OSC cannot listen", "no sound")))
    assert fold.trouble.text() == "OSC cannot listen.\nNo sound."
    assert fold.header.note == "!"
    fold.follow(ControlStatus(120.0, 0.0))
    assert not fold.trouble.isVisible()


def test_a_named_profile_is_used(fold: ControlFold, played: Any) -> None:
    fold.profile.setText("stage")
    fold.rows["MIDI"].switch.click()
    status = played.controls.status()
    assert status.profile is not None
    assert status.profile.name == "stage.toml"


def test_inputs_of_sound_are_listed_and_the_one_that_is_chosen_stays(fold: ControlFold, played: Any) -> None:
    inputs = played.controls.inputs
    assert [fold.input.itemText(at) for at in range(fold.input.count())] == [SYSTEM_INPUT]
    inputs.sounds.names = ("Line", "Microphone")
    fold.follow(played.controls.status())
    fold.input.setCurrentIndex(2)
    inputs.sounds.names = ("Microphone", "Line", "Interface")
    fold.follow(played.controls.status())
    assert fold.input.currentData() == "Microphone"


def test_the_level_is_shown_while_it_listens(fold: ControlFold) -> None:
    live = {"Sound": Health("live", "listening to Line")}
    fold.follow(ControlStatus(120.0, 0.0, inputs=live, loudness=0.4567))
    assert (fold.meter.level, fold.meter.isVisible()) == (0.46, True)
    fold.follow(ControlStatus(120.0, 0.0))
    assert not fold.meter.isVisible()


def test_a_midi_library_that_is_missing_is_told_once_with_what_brings_it(
    fold: ControlFold, played: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise NO_LIBRARY

    monkeypatch.setattr(played.controls, "_backend", missing)
    fold.rows["MIDI"].switch.click()
    played.step()
    fold.follow(played.controls.status())
    row = fold.rows["MIDI"]
    assert row.trouble.message.text() == "Sound needs a library."
    assert not fold.trouble.isVisible()
    row.trouble.copy.click()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == NO_LIBRARY.remedy
