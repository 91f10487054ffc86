"""The system's MIDI, by mido and python-rtmidi."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from livedream.control.midi_ports import MidiOutput, MidiPort
from livedream.control.needed import needed
from livedream.errors import MissingError

LEFT_OUT = ("RtMidi", "Midi Through")
"""Begin the names of ports where nobody turns knobs: of programs like this one, and of one that gives back
what it is sent."""

SEQUENCER = Path("/dev/snd/seq")
"""Where Linux has its MIDI."""


class SystemMidi:
    """Opens the ports of the system. Raises LivedreamError when it is made and a library is not installed."""

    def __init__(self) -> None:
        self._rtmidi = needed("rtmidi", "MIDI")
        self._mido = needed("mido", "MIDI").Backend("mido.backends.rtmidi")

    def inputs(self) -> list[str]:
        """List the inputs that there are now. Raises OSError or MissingError without a MIDI system."""
        return self._names(self._rtmidi.MidiIn)

    def outputs(self) -> list[str]:
        """List the outputs that there are now. Raises OSError or MissingError without a MIDI system."""
        return self._names(self._rtmidi.MidiOut)

    def open_input(self, name: str, heard: Callable[[bytes], None]) -> MidiPort:
        """Open an input; `heard` is called in a thread of the system's. Raises OSError."""
        port: MidiPort = self._mido.open_input(name, callback=lambda one: heard(bytes(one.bytes())))
        return port

    def open_output(self, name: str) -> MidiOutput:
        """Open an output. Raises OSError."""
        return _Output(self._mido.open_output(name), needed("mido", "MIDI").Message)

    def _names(self, kind: Any) -> list[str]:
        """Ask anew: a list that is kept still has the ports that are gone."""
        try:
            asked = kind()
        except OSError as fault:
            if sys.platform == "linux" and not SEQUENCER.exists():
                raise MissingError(
                    "this system has no ALSA sequencer", "load it with", "sudo modprobe snd-seq"
                ) from fault
            raise
        try:
            return [name for name in asked.get_ports() if not name.startswith(LEFT_OUT)]
        finally:
            asked.delete()


class _Output:
    """An output that takes bytes."""

    def __init__(self, port: Any, message: Any) -> None:
        self._port, self._message = port, message

    def send(self, message: bytes) -> None:
        """Send a message. Raises OSError."""
        self._port.send(self._message.from_bytes(message))

    def close(self) -> None:
        """Close the port."""
        self._port.close()
