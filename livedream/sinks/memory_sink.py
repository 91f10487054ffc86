"""A sink that keeps what it is given: for tests and for measuring."""

from __future__ import annotations

from collections import deque

from livedream.frame import Rgb


class Memory:
    """Keep copies of the frames, all of them or the last `keep`, with their times.

    opened, written, closed: how often each was called. size_wh, fps: what it was last opened for.
    """

    name = kind = "memory"
    is_live = False
    retry_s: float | None = None
    waits_for_dream = False

    def __init__(self, keep: int | None = None) -> None:
        """Start empty; keep (>= 0): how many frames are kept, None for all."""
        self._kept: deque[tuple[Rgb, float]] = deque(maxlen=keep)
        self.size_wh = (0, 0)
        self.fps = 0.0
        self.opened = self.written = self.closed = 0

    @property
    def frames(self) -> list[Rgb]:
        """Return the kept frames, oldest first."""
        return [rgb for rgb, _ in list(self._kept)]

    @property
    def times_s(self) -> list[float]:
        """Return the times of the kept frames, in seconds, oldest first."""
        return [time_s for _, time_s in list(self._kept)]

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Note the size and the rate; what was kept before stays."""
        self.size_wh, self.fps = size_wh, fps
        self.opened += 1
        return "frames kept in memory"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Keep a copy of one frame."""
        self.written += 1
        if self._kept.maxlen != 0:
            self._kept.append((rgb.copy(), time_s))

    def close(self) -> None:
        """Note that it was closed; the frames stay."""
        self.closed += 1
