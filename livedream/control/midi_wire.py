"""MIDI messages as they travel."""

from __future__ import annotations

from collections.abc import Iterator

from livedream.control.midi_binding import FINE, MidiMessage, MidiSource

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x80, 0x90, 0xB0, 0xC0


def to_message(message: bytes) -> MidiMessage | None:
    """Read a message; None for one that nothing can be bound to, or that is malformed."""
    if len(message) < 2 or any(byte > 127 for byte in message[1:]):
        return None
    status, channel, number = message[0] & 0xF0, (message[0] & 0x0F) + 1, message[1]
    if status == PROGRAM:
        return MidiMessage("program", channel, number)
    if len(message) != 3 or status not in {NOTE_OFF, NOTE_ON, CONTROL}:
        return None
    value = 0 if status == NOTE_OFF else message[2]
    return MidiMessage("cc" if status == CONTROL else "note", channel, number, value)


def to_bytes(source: MidiSource, value: int) -> Iterator[bytes]:
    """Write the messages that show a value on a fader or a light; 14 bits take two."""
    channel = source.channel - 1
    match source.kind:
        case "note":
            yield bytes((NOTE_ON | channel, source.number, value))
        case "cc":
            yield bytes((CONTROL | channel, source.number, value))
        case "cc14":
            yield bytes((CONTROL | channel, source.number, value >> 7))
            yield bytes((CONTROL | channel, source.number + FINE, value & 127))
        case _:
            return
