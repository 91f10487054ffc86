"""A small picture of each mood: what the camera sees now, as that mood dreams it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from livedream.clock import Clock, SystemClock
from livedream.errors import EngineError, LivedreamError
from livedream.frame import Frame, Rgb
from livedream.presets import Preset
from livedream.settings import Settings

LOOK_UP_S = 0.5
"""How often it is looked whether the show has time to spare."""

REST_S = 0.6
"""Between two pictures."""

EVERY_S = 60.0
"""After so long all are painted anew; at once after another source was chosen."""


class Painter(Protocol):
    """Paints one picture: `livedream.runtime.thumbnail_process.ThumbnailProcess`."""

    def paint(self, settings: Settings, rgb: Rgb) -> Rgb:
        """Return a picture as a mood dreams it. Raises EngineError if none can be painted any more."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class MoodThumbnails:
    """Paints the moods one after the other, while the show has time to spare; they are kept in memory only.

    presets: gives the moods. frame: gives what the source shows now, None before. has_time_for: whether the
    show has time to spare for a mood. tell: takes sentences for people.
    """

    def __init__(
        self,
        presets: Callable[[], Sequence[Preset]],
        frame: Callable[[], Frame | None],
        has_time_for: Callable[[Preset], bool],
        painter: Painter,
        tell: Callable[[str], None],
        clock: Clock | None = None,
    ) -> None:
        self._presets, self._frame, self._has_time_for = presets, frame, has_time_for
        self._painter, self._tell, self._clock = painter, tell, clock or SystemClock()
        self._new: dict[str, Rgb] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mood thumbnails", daemon=True)

    def start(self) -> None:
        """Begin to paint, in a thread of its own."""
        self._thread.start()

    def take(self) -> dict[str, Rgb]:
        """Return the pictures that are new since the last time, by the name of the mood."""
        with self._lock:
            new, self._new = self._new, {}
        return new

    def close(self) -> None:
        """Paint no more."""
        self._stop.set()
        self._painter.close()

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self._paint_all()
        except EngineError as fault:
            if not self._stop.is_set():
                self._tell(str(fault))

    def _paint_all(self) -> None:
        """Paint each mood once, as its time comes, and wait; both end when another source shows something."""
        shot: int | None = None
        begun_s, waiting = self._clock.now_s(), list(self._presets())
        while not self._stop.is_set():
            frame = self._frame()
            if frame is not None and shot not in (None, frame.shot):
                return
            preset = None if frame is None else next(filter(self._has_time_for, waiting), None)
            if frame is not None and preset is not None:
                shot = frame.shot
                waiting.remove(preset)
                self._paint(preset, frame)
                self._clock.wait(self._stop, REST_S)
            elif not waiting and self._clock.now_s() - begun_s >= EVERY_S:
                return
            else:
                self._clock.wait(self._stop, LOOK_UP_S)

    def _paint(self, preset: Preset, frame: Frame) -> None:
        try:
            rgb = self._painter.paint(preset.settings, frame.rgb)
        except EngineError:
            raise
        except LivedreamError:
            return  # such a mood has no picture; why is told when it is chosen
        with self._lock:
            self._new[preset.name] = rgb
