"""A source for when there is nothing to point at: an endless sky at dusk."""

from __future__ import annotations

import threading

from livedream.clock import Clock, SystemClock
from livedream.frame import Frame, Rgb
from livedream.health import Health
from livedream.sources.clouds.sky import Sky
from livedream.sources.source import SourceInfo


class Clouds:
    """Paint a drifting sky, for ever; frame i depends on size, fps, seed and i alone."""

    def __init__(
        self, size_wh: tuple[int, int], fps: float = 30.0, seed: int = 0, clock: Clock | None = None
    ) -> None:
        """Prepare it; size_wh: pixels, fps > 0, seed >= 0."""
        self._sky = Sky(size_wh, seed)
        self._clock = clock or SystemClock()
        self._info = SourceInfo("clouds", size_wh, fps, is_device=False)
        self._index = 0
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """Return name, size and rate."""
        return self._info

    @property
    def health(self) -> Health:
        """Return whether it is open: it cannot fail."""
        return Health("off", "The clouds are closed.") if self._closed else Health("live")

    def picture(self, index: int) -> Rgb:
        """Paint frame `index` (>= 0): uint8 HxWx3, a new array."""
        return self._sky.at(index / self._info.fps)

    def read(self, stop: threading.Event) -> Frame | None:
        """Return the next frame at once; None when `stop` is set or it is closed."""
        if stop.is_set() or self._closed:
            return None
        index, self._index = self._index, self._index + 1
        rgb = self.picture(index)
        return Frame(rgb, self._clock.now_s(), index, media_s=index / self._info.fps)

    def close(self) -> None:
        """End it."""
        self._closed = True
