"""The source of a show, which may be exchanged for another one while it is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from livedream.clock import Clock
from livedream.errors import LivedreamError, SourceError
from livedream.frame import Frame
from livedream.health import Health
from livedream.sources.source import Source, SourceInfo
from livedream.sources.watchdog import Backoff, reason, tries_in

CLOSING_S = 1.0
"""How long closing waits for a source that is still being closed after it was exchanged."""

POLL_S = 0.05
"""How often whoever waits for a lost source looks at `stop`, and whether there is another source."""

STEADY_S = 10.0
"""A source that was read for so long without a fault is tried again as soon as at first."""


HANGS_S = 2.0
"""A film that has not given back a read for so long is told of: the disk or the network it is on is gone."""


@dataclass(frozen=True, slots=True)
class _Loss:
    """A source that cannot be read, why, and when it is tried again."""

    source: Source
    words: str
    retry_at_s: float


class CurrentSource:
    """Reads whichever source is the current one; each new one is another shot of its frames.

    One that raises anything but SourceError is lost as a camera is: `health` tells why, and it is read again
    after 0.5 s and up to 8 s, for ever. A film whose read hangs is lost until it comes back; devices look
    after themselves. tell: takes a sentence on one that cannot be closed.
    """

    def __init__(self, source: Source, clock: Clock, tell: Callable[[str], None]) -> None:
        self._now, self._clock, self._tell = (source, 0), clock, tell
        self._loss: _Loss | None = None
        self._backoff, self._tried_s = Backoff(), float("-inf")
        self._has_delivered = False
        self._called_s: float | None = None
        self.read_s = 0.0
        """How many seconds the read took that gave the newest frame; earlier tries and waits do not count."""
        self._closed = False
        self._changing = threading.Lock()
        self._closers: list[threading.Thread] = []

    @property
    def source(self) -> Source:
        """Return the source that is read."""
        return self._now[0]

    @property
    def info(self) -> SourceInfo:
        """Return its name, size and rate."""
        return self.source.info

    @property
    def health(self) -> Health:
        """Return its health; while it is lost, why and when it is tried again."""
        source, loss = self.source, self._loss
        if loss is None or loss.source is not source:
            return self._hanging(source.info) or source.health
        return Health("stale", f"{loss.words}; {tries_in(loss.retry_at_s - self._clock.now_s())}.")

    def exchange(self, source: Source) -> None:
        """Read another source from the next frame on; any thread. The one before is closed in another one.

        Once this is closed, the new one is closed at once.
        """
        with self._changing:
            if self._closed:
                source.close()
                return
            before, shot = self._now
            self._now = source, shot + 1
            closer = threading.Thread(
                target=self._release, args=(before,), name="closing a source", daemon=True
            )
            self._closers = [one for one in self._closers if one.is_alive()] + [closer]
            closer.start()

    def read(self, stop: threading.Event) -> Frame | None:
        """Return the next frame; None when the current source has ended, or soon after `stop` is set.

        Raises SourceError if the current source cannot ever deliver again, or the first one cannot be read
        at all.
        """
        while not stop.is_set():
            source, shot = self._now
            self._called_s = called_s = self._clock.now_s()
            try:
                frame = _checked(source.read(stop))
            except SourceError:
                if self._now[0] is source:
                    raise
            except Exception as fault:  # a library's, a driver's, or of who wrote the source
                if self._now[0] is source:
                    self._await_retry(source, fault, stop)
            else:
                if self._now[0] is source:
                    self._loss, self._has_delivered = None, True
                    self.read_s = self._clock.now_s() - called_s
                    return None if frame is None else replace(frame, shot=shot)
            finally:
                self._called_s = None
        return None

    def close(self) -> None:
        """Close the source, and wait for those that are being closed."""
        with self._changing:
            self._closed = True
            closers = list(self._closers)
        self._release(self.source)
        for closer in closers:
            closer.join(CLOSING_S)

    def _hanging(self, info: SourceInfo) -> Health | None:
        """Return how a film does whose read hangs; None if it does not."""
        called_s = self._called_s
        if info.is_device or called_s is None or self._clock.now_s() - called_s < HANGS_S:
            return None
        return Health("stale", f"{info.name} does not answer; the show goes on as soon as it does.")

    def _await_retry(self, source: Source, fault: Exception, stop: threading.Event) -> None:
        """Wait until a source that has failed is to be read again, or there is another one."""
        words, now_s = f"{source.info.name} is lost: {reason(fault)}", self._clock.now_s()
        if not self._has_delivered:
            raise SourceError(f"{words}; no picture of it could be read.") from fault
        if now_s - self._tried_s >= STEADY_S:
            self._backoff.reset()
        self._tried_s = now_s + self._backoff.next_s()
        self._loss = _Loss(source, words, self._tried_s)
        while self._now[0] is source and self._clock.now_s() < self._tried_s:
            if self._clock.wait(stop, POLL_S):
                return

    def _release(self, source: Source) -> None:
        try:
            source.close()
        except Exception as fault:  # nobody needs it any more
            self._tell(f"{source.info.name} cannot be closed: {reason(fault)}")


def _checked(frame: Frame | None) -> Frame | None:
    """Return a frame that can be dreamed. Raises LivedreamError for one that holds no picture."""
    if frame is None:
        return None
    rgb = frame.rgb
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        raise LivedreamError(f"it delivers an unknown kind of picture ({rgb.dtype}, {rgb.shape})")
    return frame
