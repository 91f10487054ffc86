"""What all devices and streams share: a reading thread, a one-picture slot, and coming back after a loss."""

from __future__ import annotations

import threading
from collections.abc import Callable

from livedream.clock import Clock
from livedream.errors import SourceError
from livedream.frame import Frame, Rgb
from livedream.health import Health
from livedream.sources.capture import Capture, Opened, Picture
from livedream.sources.source import SourceInfo
from livedream.sources.watchdog import OPENING_S, Backoff, Rate, Watchdog, reason, tries_in

POLL_S = 0.05
"""How often a waiting reader looks at `stop` and at the watchdog."""

PAUSE_S = 0.005
"""Rest after a read that gave nothing, so that a dead device does not keep a core busy."""

CLOSING_S = 0.2
"""How long closing waits for the device to be given back."""

MOST_HANGING = 3
"""So many reads may hang in a driver before no new one is begun."""


class Live:
    """Read the newest picture from a device that delivers at its own pace, and recover from its failures.

    A device that falls silent, freezes or fails is closed and tried again, after 0.5 s and up to 8 s,
    for ever; meanwhile `read` waits and `health` tells. A read that hangs is left behind: its thread
    releases the device when it comes back.
    """

    def __init__(
        self,
        connect: Callable[[], Capture],
        to_rgb: Callable[[Picture], Rgb],
        clock: Clock,
        *,
        asked_fps: float,
        patience_s: float = OPENING_S,
    ) -> None:
        """Open it and wait for its first picture.

        connect: makes an unopened Capture. to_rgb: its picture -> uint8 HxWx3. asked_fps: the rate
        to go by if it promises none. patience_s: real seconds to wait.
        Raises the error that opening gave, or SourceError if no picture comes.
        """
        self._connect, self._to_rgb, self._clock = connect, to_rgb, clock
        self._changed = threading.Condition()
        self._closed = False
        self._latest: tuple[Picture, float, int] | None = None
        self._count = 0
        self._watchdog, self._backoff, self._rate = Watchdog(), Backoff(), Rate()
        self._trouble, self._is_legible = "", True
        self._retry_at_s: float | None = None
        self._hanging: list[_Reader] = []
        self._info = SourceInfo("", (1, 1), asked_fps, is_device=True)
        self._start()
        self._await_first(patience_s)

    @property
    def info(self) -> SourceInfo:
        """Return name, size and nominal rate; the size may change after a loss."""
        return self._info

    @property
    def measured_fps(self) -> float:
        """Return the pictures per second, measured over the last 2 s."""
        with self._changed:
            return self._rate.fps(self._clock.now_s())

    @property
    def health(self) -> Health:
        """Return its health; while it is lost, what happened and when it is tried again."""
        with self._changed:
            now_s = self._clock.now_s()
            if self._closed:
                return Health("off", f"{self._info.name} is closed.")
            if self._retry_at_s is not None:
                return Health("stale", f"{self._trouble}; {tries_in(self._retry_at_s - now_s)}.")
            complaint = self._watchdog.complaint(now_s)
            if complaint:
                return Health("stale", f"{self._info.name} {complaint}; reopening it.")
            if not self._watchdog.has_seen:
                return Health("starting", f"{self._trouble}; reopening it.")
            width, height = self._info.size_wh
            rate = self._rate.fps(now_s)
            return Health("live", f"{self._info.name}: {width}x{height}, {rate:.1f} frames a second.")

    def read(self, stop: threading.Event) -> Frame | None:
        """Wait for a picture that was not given yet; None within 0.25 s of `stop` or of closing."""
        while not (stop.is_set() or self._closed):
            taken = self._take()
            self._tend()
            if taken is not None and (frame := self._frame(*taken)) is not None:
                return frame
        return None

    def reopen(self, connect: Callable[[], Capture], patience_s: float = OPENING_S) -> None:
        """Release the device and open it with another capture; any thread but the one that reads.

        connect: makes it, to ask for other pictures than before. Raises SourceError if it does not open
        or sends nothing within `patience_s`; it is opened as before then.
        """
        before, self._connect = self._connect, connect
        left = self._leave_for_now()
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (self._reader is not left and self._has_answered()), patience_s
            )
            fault, delivers = self._reader.fault, self._watchdog.has_seen
        if not (delivers or self._closed):
            self._connect = before
            self._leave_for_now()
            raise SourceError(f"it sends nothing like that ({fault or 'no picture came'}).")

    def close(self) -> None:
        """Release the device; one that hangs is released when its driver returns."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify_all()
        self._reader.leave()
        self._reader.join(CLOSING_S)

    def _has_answered(self) -> bool:
        return self._watchdog.has_seen or self._reader.fault is not None

    def _leave_for_now(self) -> _Reader:
        """Leave the device, to be opened anew by whoever reads, as soon as it is given back."""
        with self._changed:
            left = self._reader
            self._lose(f"{self._info.name} is opened anew", self._clock.now_s())
            self._watchdog.start(self._clock.now_s())
        left.join(CLOSING_S)
        with self._changed:
            self._retry_at_s = self._clock.now_s()
        return left

    def _take(self) -> tuple[Picture, float, int] | None:
        with self._changed:
            if self._latest is None and not self._closed:
                self._changed.wait(POLL_S)
            taken, self._latest = self._latest, None
            return taken

    def _frame(self, picture: Picture, captured_s: float, index: int) -> Frame | None:
        """Convert a picture; a device whose pictures cannot be is lost like one that sends none."""
        try:
            rgb = self._to_rgb(picture)
        except Exception as fault:  # OpenCV's own, or no memory
            with self._changed:
                self._is_legible = False
                if self._retry_at_s is None:
                    self._lose(f"{self._info.name} is lost: {reason(fault)}", self._clock.now_s())
            return None
        if not self._is_legible:
            self._is_legible = True
            self._backoff.reset()
        return Frame(rgb, captured_s, index)

    def _start(self) -> None:
        # Under the lock, so that no picture comes before it is known who reads.
        with self._changed:
            self._watchdog.start(self._clock.now_s())
            self._rate.clear()
            self._reader = _Reader(self._connect(), self._deliver, self._changed)

    def _deliver(self, reader: _Reader, picture: Picture, opened: Opened) -> None:
        """Put a picture into the slot, in place of one that nobody took."""
        with self._changed:
            if reader is not self._reader or self._closed:
                return
            now_s = self._clock.now_s()
            if not self._watchdog.has_seen:
                self._introduce(picture, opened)
            self._watchdog.saw(picture, now_s)
            self._rate.saw(now_s)
            self._latest = (picture, now_s, self._count)
            self._count += 1
            self._changed.notify_all()

    def _introduce(self, picture: Picture, opened: Opened) -> None:
        height, width = picture.shape[:2]
        fps = opened.fps if 0 < opened.fps <= 240 else self._info.fps
        self._info = SourceInfo(opened.name, (width, height), fps, is_device=True, device=opened.device)
        if self._is_legible:
            self._backoff.reset()

    def _await_first(self, patience_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._latest is not None or self._reader.fault, patience_s)
            fault, delivered = self._reader.fault, self._latest is not None
        if delivered:
            return
        self.close()
        raise fault or SourceError(f"it has sent no picture within {patience_s:g} s: is it in use elsewhere?")

    def _tend(self) -> None:
        """Close what is lost, and open it again when its time has come."""
        with self._changed:
            now_s = self._clock.now_s()
            if self._retry_at_s is not None:
                if now_s >= self._retry_at_s:
                    self._retry(now_s)
                return
            fault = self._reader.fault
            complaint = self._watchdog.complaint(now_s)
            if fault is not None:
                self._lose(f"{self._info.name} is lost: {reason(fault)}", now_s)
            elif complaint:
                self._lose(f"{self._info.name} {complaint}", now_s)

    def _lose(self, trouble: str, now_s: float) -> None:
        self._reader.leave()
        self._hanging.append(self._reader)
        self._trouble, self._latest = trouble, None
        self._retry_at_s = now_s + self._backoff.next_s()

    def _retry(self, now_s: float) -> None:
        self._hanging = [reader for reader in self._hanging if reader.is_alive]
        if len(self._hanging) >= MOST_HANGING:
            self._trouble = f"{self._info.name} hangs in its driver: unplug it and plug it in again"
            self._retry_at_s = now_s + self._backoff.next_s()
            return
        self._retry_at_s = None
        self._start()


class _Reader:
    """A daemon thread that opens one capture and reads it until it is left or fails."""

    def __init__(
        self,
        capture: Capture,
        deliver: Callable[[_Reader, Picture, Opened], None],
        changed: threading.Condition,
    ) -> None:
        self.fault: Exception | None = None
        self._capture, self._deliver, self._changed = capture, deliver, changed
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._run, name="livedream source", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def leave(self) -> None:
        """Ask it to end after the read that is under way."""
        self._left.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._read_on()
        # Whatever it is, it belongs to the thread that reads the source, which looks for it there.
        except Exception as error:
            with self._changed:
                self.fault = error
                self._changed.notify_all()

    def _read_on(self) -> None:
        try:
            opened = self._capture.open()
            while not self._left.is_set():
                arrived, picture = self._capture.read()
                if arrived:
                    self._deliver(self, picture, opened)
                else:
                    self._left.wait(PAUSE_S)
        finally:
            self._capture.release()
