"""The capture thread: reads a source at its own pace into a one-frame slot."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from livedream.clock import Clock
from livedream.frame import Frame
from livedream.imaging import fitted_size, resized
from livedream.runtime.attract import Attract
from livedream.runtime.current_source import HANGS_S, CurrentSource
from livedream.runtime.latest import Latest
from livedream.runtime.stats import Meter

LATE_S = 0.25
"""A source that is this far behind its own time line goes on from now."""

MARGIN_S, CALMER = 0.003, 0.98
"""A frame is read so long before it is due, besides twice what the slowest one took lately; and by how much
that time shrinks from frame to frame."""

LONGEST_AHEAD_S = 0.1
"""The next frame is taken to be due within that: less than LATE_S, so that none comes too late for it."""

POLL_S = 0.05
"""How often it is looked whether there is another source while no frame is due: a slide may last an hour."""


@dataclass(slots=True)
class _Pacer:
    """Says when frames are due, and when to read the next: just before it is wanted.

    Read at once, a frame would take processor time from the dream of the one before, which is awaited.
    """

    clock: Clock
    start_s: float | None = None
    _media_s: float = 0.0
    _due_s: float = 0.0
    _interval_s: float = 0.0
    _slowest_s: float = 0.0

    def due_s(self, media_s: float) -> float:
        now_s = self.clock.now_s()
        # By the last two frames: what a film says of its rate is a hint, and rates change.
        since_s = 0.0 if self.start_s is None else media_s - self._media_s
        self._media_s, self._interval_s = media_s, max(0.0, min(since_s, LONGEST_AHEAD_S))
        if self.start_s is None or now_s - (self.start_s + media_s) > LATE_S:
            self.start_s = now_s - media_s
        self._due_s = self.start_s + media_s
        return self._due_s

    def read_at_s(self) -> float:
        if self.start_s is None:
            return self.clock.now_s()
        return self._due_s + self._interval_s - 2 * self._slowest_s - MARGIN_S

    def note_read(self, took_s: float) -> None:
        self._slowest_s = max(took_s, CALMER * self._slowest_s)


class CaptureThread:
    """Reads frames, fits them into the output's size and offers the newest one.

    paced: frames with a time line are given when they are due and replaced when not taken; else
    each is read when it is asked for, and none is lost. attract: puts past frames in the place of
    those of a camera that stands still.
    """

    def __init__(
        self,
        source: CurrentSource,
        box_wh: tuple[int, int],
        clock: Clock,
        *,
        paced: bool,
        attract: Attract | None = None,
    ) -> None:
        self.source, self.attract = source, attract
        self._box_wh, self._clock = box_wh, clock
        self.slot: Latest[Frame] = Latest(lossless=not paced)
        self.meter = Meter()
        self.decode_ms = Meter(window_s=3600.0)
        self._pacer = _Pacer(clock) if paced else None
        self._shot = 0

    def run(self, stop: threading.Event) -> None:
        """Capture until the source ends or `stop` is set. Raises SourceError."""
        try:
            while not stop.is_set() and (frame := self._read(stop)) is not None:
                if frame.shot != self._shot:
                    self._start_shot(frame.shot)
                if self._pacer is not None and not self.source.info.is_device:
                    if frame.media_s is not None and not self._wait(self._pacer.due_s(frame.media_s), stop):
                        self._pacer.start_s = None
                        continue
                    frame = replace(frame, captured_s=self._clock.now_s())
                self.meter.note(self._clock.now_s())
                self.slot.put(frame if self.attract is None else self.attract.shown(frame))
        finally:
            self.slot.close()

    def _start_shot(self, shot: int) -> None:
        """Start anew with the rate and the time line of another source."""
        self._shot = shot
        self.meter.clear()
        if self._pacer is not None:
            self._pacer.start_s = None

    def _read(self, stop: threading.Event) -> Frame | None:
        if self._pacer is None:
            if not self.slot.wait_for_taker():  # read before, it would be old when dreamed
                return None
        elif not self.source.info.is_device:
            self._wait(self._pacer.read_at_s(), stop)
        frame = self.source.read(stop)
        if frame is not None:
            read_s, start_s = self.source.read_s, self._clock.now_s()
            frame = replace(frame, rgb=resized(frame.rgb, fitted_size(frame.size_wh, self._box_wh)))
            # A device's read is mostly waiting, and so is one that hung.
            if not self.source.info.is_device and 0 <= read_s < HANGS_S:
                self._note_read(read_s + self._clock.now_s() - start_s)
        return frame

    def _wait(self, until_s: float, stop: threading.Event) -> bool:
        """Wait for a time, or until there is another source; return whether it is still the same."""
        info = self.source.info
        while self.source.info == info and (left_s := until_s - self._clock.now_s()) > 0:
            if self._clock.wait(stop, min(left_s, POLL_S)):
                break
        return self.source.info == info

    def _note_read(self, took_s: float) -> None:
        self.decode_ms.note(self._clock.now_s(), took_s * 1e3)
        if self._pacer is not None:
            self._pacer.note_read(took_s)
