"""SinkWorker: the thread and the clock of one sink."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from livedream.clock import Clock
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.health import Health
from livedream.runtime.latest import Latest
from livedream.runtime.stats import Meter
from livedream.sinks.sink import Sink

Pace = Literal["constant", "each frame"]
"""constant: one frame every 1 / fps seconds, the last one again if there is no newer one.
each frame: every finished frame once, as soon as it is there."""

LONGEST_RETRY_S = 40.0
"""A device that somebody frees is found within this time, and one that stays away is left in peace."""

LOOK_UP_S = 0.1
"""How often a thread that waits for a frame looks whether it should stop."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished frame: rgb uint8 HxWx3, and the clock time at which its picture was captured."""

    rgb: Rgb
    captured_s: float


@dataclass(frozen=True, slots=True)
class Rate:
    """What a sink is opened for: frames of `size_wh` pixels, `fps` a second, at a pace."""

    size_wh: tuple[int, int]
    fps: float
    pace: Pace = "constant"


class SinkWorker:
    """Feeds one sink; a slow or broken sink never slows the dream.

    One that cannot start is tried again after its `retry_s`, then after twice as long, and so on.
    placeholder: gives the slate while there is no picture to show, else None. tell: takes sentences, and in
    the lines below one how to mend it.
    """

    def __init__(
        self,
        sink: Sink,
        rate: Rate,
        clock: Clock,
        placeholder: Callable[[], Rgb | None],
        tell: Callable[[str], None],
    ) -> None:
        self.sink, self.rate = sink, rate
        self._clock, self._placeholder, self._tell = clock, placeholder, tell
        self.slot: Latest[Finished] = Latest(lossless=rate.pace == "each frame")
        self.health = Health("starting", "opening")
        self.latency_ms = Meter(window_s=3600.0)
        self.written = self.late = 0
        self._began_s: float | None = None
        self._seen = 0
        self._stop, self._wake = threading.Event(), threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=f"sink {sink.name}", daemon=True)

    def start(self) -> None:
        """Start its thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to finish; what it was given before is still written."""
        self.slot.close()
        self._stop.set()
        self._wake.set()

    def retry(self) -> None:
        """Try to start it again now, if it waits to do so."""
        self._wake.set()

    def join(self, timeout_s: float) -> bool:
        """Wait until it has finished; False if it has not in time. Raises what went wrong in its code."""
        if self._thread.ident is not None:  # else the show ended before it began
            self._thread.join(timeout_s)
        if self._fault is not None:
            raise self._fault
        return not self._thread.is_alive()

    @property
    def running_s(self) -> float:
        """Return for how long it has taken frames; 0 while it takes none."""
        began_s = self._began_s
        return 0.0 if began_s is None else self._clock.now_s() - began_s

    @property
    def dropped(self) -> int:
        """Count finished frames that this sink was too slow for, and ticks that it missed."""
        return self.late + (self.slot.dropped if self.rate.pace == "each frame" else 0)

    def _work(self) -> None:
        try:
            self._show_and_retry()
        except BaseException as fault:  # a mistake in a sink: reaches the session's owner
            self._fault = fault
            self.health = Health("failed", f"{self.sink.name} failed: {fault}")
        finally:
            self.slot.close()
            if self.health.state == "live":
                self.health = Health("off", "finished")

    def _show_and_retry(self) -> None:
        tries = 0
        while not self._stop.is_set():
            tries = 0 if self._show() else tries + 1
            if self.sink.retry_s is None:
                return
            delay_s = min(self.sink.retry_s * 2 ** max(0, tries - 1), LONGEST_RETRY_S)
            self._clock.wait(self._wake, delay_s)
            self._wake.clear()

    def _show(self) -> bool:
        """Open the sink and feed it until the end or a fault; return whether it was open."""
        opened = False
        try:
            words = self.sink.open(self.rate.size_wh, self.rate.fps)
            opened, self.health = True, Health("live", words)
            self._tick() if self.rate.pace == "constant" else self._pass_on()
        except SinkError as fault:
            if self.health.message != str(fault):
                self._tell("\n".join(part for part in (str(fault), fault.remedy) if part))
            self.health = Health("failed", str(fault), fault.remedy)
        finally:
            self._began_s = None
            self.sink.close()
        return opened

    def _pass_on(self) -> None:
        self._began_s = self._clock.now_s()
        while not self.slot.ended:
            finished = self.slot.take(LOOK_UP_S)
            if finished is not None:
                self._write(finished, finished.captured_s)

    def _tick(self) -> None:
        interval_s = 1 / self.rate.fps
        while self.sink.waits_for_dream and self.slot.peek() is None:
            if self._clock.wait(self._stop, interval_s / 4):
                return
        self._began_s = start_s = self._clock.now_s()
        tick = 0
        while not self._clock.wait(self._stop, start_s + tick * interval_s - self._clock.now_s()):
            self._write_latest(tick * interval_s)
            # After a stall go on from now: a burst of old frames helps nobody.
            due = int((self._clock.now_s() - start_s) / interval_s)
            self.late += max(0, due - tick - 1)
            tick = max(tick + 1, due)

    def _write_latest(self, time_s: float) -> None:
        slate = self._placeholder()
        newest = self.slot.peek()
        if slate is not None:
            self.sink.write(slate, time_s)
        elif newest is not None:
            sequence, finished = newest
            if sequence == self._seen:
                self.sink.write(finished.rgb, time_s)
            else:
                self._seen = sequence
                self._write(finished, time_s)

    def _write(self, finished: Finished, time_s: float) -> None:
        self.sink.write(finished.rgb, time_s)
        now_s = self._clock.now_s()
        self.written += 1
        self.latency_ms.note(now_s, (now_s - finished.captured_s) * 1e3)
