"""The system's own MIDI, where there is one."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import pytest

from livedream.control.midi_system import SystemMidi
from livedream.errors import MissingError


class FakeRtMidi:
    """Gives a list of ports that is made anew for each that asks."""

    def __init__(self, names: list[str]) -> None:
        self.names, self.deleted = names, 0

    def __call__(self) -> FakeRtMidi:
        return self

    def get_ports(self) -> list[str]:
        return list(self.names)

    def delete(self) -> None:
        self.deleted += 1


def test_ports_are_listed_anew_and_without_those_that_give_back_what_they_are_sent() -> None:
    fake, system = FakeRtMidi(["nano", "RtMidiIn Client:x", "Midi Through:0"]), SystemMidi()
    assert system._names(fake) == ["nano"]
    fake.names = []
    assert system._names(fake) == []
    assert fake.deleted == 2


def test_without_a_sequencer_the_way_to_one_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def none_here() -> None:
        raise OSError("error creating ALSA sequencer client object")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("livedream.control.midi_system.SEQUENCER", tmp_path / "seq")
    with pytest.raises(MissingError, match="load it with: sudo modprobe snd-seq"):
        SystemMidi()._names(none_here)
    (tmp_path / "seq").touch()
    with pytest.raises(OSError, match="error creating"):
        SystemMidi()._names(none_here)


class FakeMido:
    """Opens anything."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = 0

    def open_input(self, name: str, callback: Callable[[mido.Message], None]) -> FakeMido:
        callback(mido.Message("control_change", channel=1, control=7, value=99))
        return self

    def open_output(self, name: str) -> FakeMido:
        return self

    def send(self, message: mido.Message) -> None:
        self.sent.append(bytes(message.bytes()))

    def close(self) -> None:
        self.closed += 1


def test_messages_pass_as_bytes_both_ways() -> None:
    system, fake = SystemMidi(), FakeMido()
    system._mido = fake
    heard: list[bytes] = []
    system.open_input("nano", heard.append).close()
    output = system.open_output("nano")
    output.send(bytes((0xB1, 7, 99)))
    output.close()
    assert heard == fake.sent == [bytes((0xB1, 7, 99))]
    assert fake.closed == 2


def _open_virtual() -> Any:
    import rtmidi

    try:
        output = rtmidi.MidiOut(name="livedream test")
        output.open_virtual_port("livedream test knobs")
    except OSError as fault:
        pytest.skip(f"there is no MIDI system here: {fault}")
    return output


@pytest.mark.midi
def test_a_virtual_controller_is_found_and_heard() -> None:
    output = _open_virtual()
    heard, came = [], threading.Event()
    system = SystemMidi()
    (name,) = [name for name in system.inputs() if "livedream test knobs" in name]
    port = system.open_input(name, lambda message: (heard.append(message), came.set()))
    output.send_message([0xB0, 7, 99])
    assert came.wait(10)
    port.close()
    output.delete()
    assert heard == [bytes((0xB0, 7, 99))]
    assert not any("livedream test knobs" in name for name in system.inputs())
