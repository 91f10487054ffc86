"""Controllers of 14 bits, which send their value in two halves."""

from __future__ import annotations

from livedream.control.midi_binding import MidiSource


class MidiHalves:
    """Keeps the halves that have come."""

    def __init__(self) -> None:
        self._halves: dict[MidiSource, list[int | None]] = {}

    def join(self, source: MidiSource, value: int, *, fine: bool) -> float | None:
        """Return where a controller is, 0 to 1, now that a half has come; None until both are there.

        value: 0 to 127. One that never sends the fine half is taken at its coarse one.
        """
        halves = self._halves.setdefault(source, [None, None])
        halves[fine] = value
        coarse, rest = halves
        if coarse is None:
            return None
        if rest is None:
            return coarse / 127
        return (coarse * 128 + rest) / 16383 if fine else None
