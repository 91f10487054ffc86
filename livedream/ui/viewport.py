"""What is drawn on: the inside of the window."""

from __future__ import annotations

from dataclasses import dataclass

DESIGN_WH = (1280, 720)
SMALLEST_UNIT = 0.8
LARGEST_UNIT = 4.0


@dataclass(frozen=True, slots=True)
class Viewport:
    """Logical pixels, and device pixels to the logical one."""

    width: int
    height: int
    ratio: float = 1.0

    @property
    def unit(self) -> float:
        """Return the logical pixels per design pixel; small windows keep legible type."""
        fit = min(self.width / DESIGN_WH[0], self.height / DESIGN_WH[1])
        return max(SMALLEST_UNIT, min(LARGEST_UNIT, fit))
