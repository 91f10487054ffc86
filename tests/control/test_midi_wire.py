"""MIDI messages are read and written."""

from __future__ import annotations

import random

import pytest

from livedream.control.midi_binding import MidiMessage, MidiSource
from livedream.control.midi_wire import to_bytes, to_message


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"\xb0\x07\x40", MidiMessage("cc", 1, 7, 64)),
        (b"\x9f\x24\x7f", MidiMessage("note", 16, 36, 127)),
        (b"\x8f\x24\x7f", MidiMessage("note", 16, 36, 0)),
        (b"\xc1\x05", MidiMessage("program", 2, 5)),
        (b"\xe0\x00\x40", None),
        (b"\xf8", None),
        (b"", None),
        (b"\xb0\x07", None),
        (b"\xb0\x07\x40\x00", None),
        (b"\xb0\x07\xff", None),
    ],
)
def test_messages_are_read(written: bytes, read: MidiMessage | None) -> None:
    assert to_message(written) == read


@pytest.mark.parametrize("kind", ["cc", "note"])
def test_what_is_written_is_read(kind: str) -> None:
    for channel in range(1, 17):
        (written,) = to_bytes(MidiSource(channel, kind, 7), 99)  # type: ignore[arg-type]
        assert to_message(written) == MidiMessage(kind, channel, 7, 99)  # type: ignore[arg-type]


def test_fourteen_bits_take_two_messages() -> None:
    coarse, fine = (to_message(written) for written in to_bytes(MidiSource(1, "cc14", 7), 8193))
    assert (coarse, fine) == (MidiMessage("cc", 1, 7, 64), MidiMessage("cc", 1, 39, 1))
    assert list(to_bytes(MidiSource(1, "program", 7), 3)) == []


def test_random_bytes_do_no_harm() -> None:
    draws = random.Random(2)
    for _ in range(3000):
        read = to_message(draws.randbytes(draws.randrange(5)))
        assert read is None or (1 <= read.channel <= 16 and 0 <= read.number <= 127)
