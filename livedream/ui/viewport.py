"""What is drawn on: the inside of the window."""

from __future__ import annotations

from dataclasses import dataclass

DESIGN_WH = (1280, 720)
SMALLEST_UNIT = 0.8
ROOM_WH = (480, 270)
"""A window in which type of that unit has room; in a smaller one, as on a small display, it shrinks."""

TINIEST_UNIT = 0.2

LARGEST_UNIT = 4.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """Logical pixels, and device pixels to the logical one."""

    width: int
    height: int
    ratio: float = 1.0

    @property
    def unit(self) -> float:
        """Return the logical pixels per design pixel; type stays legible as long as it has room."""
        fit = min(self.width / DESIGN_WH[0], self.height / DESIGN_WH[1])
        room = min(1.0, self.width / ROOM_WH[0], self.height / ROOM_WH[1])
        return max(TINIEST_UNIT, SMALLEST_UNIT * room, min(LARGEST_UNIT, fit))
