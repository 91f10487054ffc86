"""What a window draws: a frame, and what lies over it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QPainter

from livedream.clock import Clock
from livedream.runtime.stats import Meter
from livedream.ui.preview import Preview
from livedream.ui.viewport import Viewport

Over = Callable[[QPainter, Viewport], None]


class Picture:
    """What is drawn: a frame, what lies over it, and how long each drawing took.

    over: draws over the frame; None: nothing ever does.
    """

    def __init__(self, preview: Preview, over: Over | None, clock: Clock) -> None:
        self.preview, self.over, self._clock = preview, over, clock
        self.cost_ms = Meter()
        self.unpainted = 0

    def paint(self, draw: Callable[[], None]) -> None:
        """Draw, and take note of how long it took."""
        begun_s = self._clock.now_s()
        self.unpainted = 0
        draw()
        now_s = self._clock.now_s()
        self.cost_ms.note(now_s, 1e3 * (now_s - begun_s))
