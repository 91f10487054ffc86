"""The fake does what is asked of every system's MIDI: what tests show with it holds."""

from __future__ import annotations

import pytest

from livedream.control.fake_midi import FakeMidi
from livedream.control.midi_ports import MidiBackend


def test_what_is_played_is_heard_and_what_is_sent_is_kept() -> None:
    heard, system = list[bytes](), FakeMidi("nano")
    backend: MidiBackend = system
    assert backend.inputs() == backend.outputs() == ["nano"]
    backend.open_input("nano", heard.append)
    system.play("nano", 0xB0, 21, 64)
    assert heard == [b"\xb0\x15\x40"]
    backend.open_output("nano").send(b"\xb0\x15\x00")
    assert system.outs["nano"].sent == [b"\xb0\x15\x00"]


def test_a_port_of_a_controller_that_is_gone_fails_as_a_system_s_does() -> None:
    system = FakeMidi("nano")
    port = system.open_output("nano")
    system.there.clear()
    with pytest.raises(OSError, match="gone"):
        port.send(b"\xb0\x15\x00")
    with pytest.raises(OSError, match="gone"):
        port.close()
    assert (port.sent, port.closed) == ([], 1)


def test_what_is_busy_is_not_opened_and_a_broken_system_lists_nothing() -> None:
    system = FakeMidi("nano")
    system.busy.append("nano")
    with pytest.raises(OSError, match="busy"):
        system.open_output("nano")
    assert system.outs == {}
    system.broken = True
    with pytest.raises(OSError, match="no sequencer"):
        system.inputs()
