"""Two halves are one value."""

from __future__ import annotations

import pytest

from livedream.control.midi_binding import MidiSource
from livedream.control.midi_halves import MidiHalves

FADER = MidiSource(1, "cc14", 7)


def test_a_value_is_there_with_its_fine_half() -> None:
    halves = MidiHalves()
    assert halves.join(FADER, 5, fine=True) is None
    assert halves.join(FADER, 64, fine=False) is None
    assert halves.join(FADER, 1, fine=True) == pytest.approx(8193 / 16383)
    assert halves.join(FADER, 127, fine=False) is None
    assert halves.join(FADER, 127, fine=True) == 1.0
    assert halves.join(MidiSource(2, "cc14", 7), 127, fine=False) == 1.0, "another has no fine half yet"
