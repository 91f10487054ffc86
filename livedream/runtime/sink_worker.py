"""SinkWorker: the thread and the clock of one sink."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

STEADY_S = 10.0
"""A sink that has taken frames for so long is trusted again: it is tried as soon as at first, and told of."""

BLOCKED_S = 2.0
"""A sink that has not given back a call for so long is told of; it goes on when it does."""

ASLEEP_S = 60.0
"""Nothing goes out in place of a longer stall in which no sink was seen to hang: the machine slept."""

LOOK_UP_S = 0.1
"""How often a thread that waits for a frame, or for a sink to take one, looks up."""


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


@dataclass(frozen=True, slots=True)
class SinkTotal:
    """What a sink was given: frames written, each counted once, and dropped, see `SinkWorker.dropped`."""

    sink: Sink
    written: int
    dropped: int


class SinkWorker:
    """Feeds one sink; a slow or broken sink never slows the dream.

    One that cannot start, or fails in any way, is tried again after its `retry_s`, then after twice as long,
    and so on; each reason is told once, until it has taken frames for STEADY_S. Whoever owns it calls
    `look_after` now and then, which tells of one that hangs.
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
        self._health = Health("starting", "opening")
        self.latency_ms = Meter(window_s=3600.0)
        self.written = self.late = 0
        self._began_s: float | None = None
        self._called_s: float | None = None
        self._hung_s = float("-inf")
        self._seen_hanging_s: float | None = None
        self._seen = 0
        self._told: set[str] = set()
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
    def fault(self) -> BaseException | None:
        """Return what went wrong in its code, if anything did."""
        return self._fault

    @property
    def has_finished(self) -> bool:
        """Return whether it was asked to finish, and has."""
        return self._stop.is_set() and not self._thread.is_alive()

    @property
    def total(self) -> SinkTotal:
        """Return what its sink was given until now."""
        return SinkTotal(self.sink, self.written, self.dropped)

    @property
    def health(self) -> Health:
        """Return how it does; one that hangs in a call is stale."""
        hangs_s = self._hangs_s()
        if hangs_s < BLOCKED_S:
            return self._health
        return Health("stale", f"{self.sink.name} has not answered for {hangs_s:.0f} s")

    def look_after(self) -> None:
        """Tell, once, of a sink that hangs in a call; any thread."""
        now_s = self._clock.now_s()
        if self._hangs_s() < BLOCKED_S:
            if now_s - self._hung_s >= STEADY_S:
                self._told.discard("hangs")
        else:
            self._hung_s = now_s
            self._seen_hanging_s = self._seen_hanging_s or now_s
            waits = "the show waits for it, as it is to have each frame"
            goes_on = "all else goes on, and so does it when it answers"
            is_waited_for = self.rate.pace == "each frame"
            self._say("hangs", f"{self.sink.name} does not answer; {waits if is_waited_for else goes_on}")

    @property
    def running_s(self) -> float:
        """Return for how long it has taken frames; 0 while it takes none."""
        began_s = self._began_s
        return 0.0 if began_s is None else self._clock.now_s() - began_s

    @property
    def dropped(self) -> int:
        """Count finished frames that this sink was too slow for, and ticks that it missed."""
        return self.late + (self.slot.dropped if self.rate.pace == "each frame" else 0)

    def _hangs_s(self) -> float:
        """Return for how long the call lasts that it is in; 0 while it is in none."""
        called_s = self._called_s
        return 0.0 if called_s is None else self._clock.now_s() - called_s

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """Note when a call of the sink began, for as long as it lasts."""
        self._called_s, self._seen_hanging_s = self._clock.now_s(), None
        try:
            yield
        finally:
            self._called_s = None

    def _say(self, reason: str, sentence: str) -> None:
        if reason not in self._told:
            self._told.add(reason)
            self._tell(sentence)

    def _work(self) -> None:
        try:
            self._show_and_retry()
        except BaseException as fault:  # a mistake in a sink that is not tried again: reaches the owner
            self._fault = fault
            self._health = Health("failed", f"{self.sink.name} failed: {fault}")
        finally:
            self.slot.close()
            if self._health.state == "live":
                self._health = Health("off", "finished")

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
        """Open the sink and feed it until the end or a fault; return whether it took frames for long."""
        try:
            with self._calling():
                words = self.sink.open(self.rate.size_wh, self.rate.fps)
            self._health = Health("live", words)
            self._tick() if self.rate.pace == "constant" else self._pass_on()
        except SinkError as fault:
            self._note(str(fault), fault.remedy, fault.reason)
        except Exception as fault:  # a driver's own, of any kind
            if self.sink.retry_s is None:
                raise
            self._note(f"{self.sink.name} failed ({type(fault).__name__}: {fault}); it is tried again")
        finally:
            is_steady, self._began_s = self.running_s >= STEADY_S, None
            self._close()
        return is_steady

    def _close(self) -> None:
        try:
            with self._calling():
                self.sink.close()
        except Exception as fault:
            if self.sink.retry_s is None:
                raise
            self._note(f"{self.sink.name} cannot be closed ({type(fault).__name__}: {fault})")

    def _note(self, sentence: str, remedy: str = "", reason: str = "") -> None:
        """Take note that the sink failed; a sentence of which the numbers alone differ is the same reason."""
        if self.running_s >= STEADY_S:
            self._told.clear()
        self._say(
            reason or re.sub(r"\d", "", sentence), "\n".join(part for part in (sentence, remedy) if part)
        )
        self._health = Health("failed", sentence, remedy)

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
        while not self._clock.wait(
            self._stop, min(start_s + tick * interval_s - self._clock.now_s(), interval_s)
        ):
            self._write_latest(tick * interval_s)
            # After a stall go on from now: a burst of old frames helps nobody.
            now_s = self._clock.now_s()
            passed_s = now_s - start_s
            if abs(passed_s - tick * interval_s - self._hung_for_s(now_s)) > ASLEEP_S:
                start_s += passed_s - (tick + 1) * interval_s
                passed_s = (tick + 1) * interval_s
            due = int(passed_s / interval_s)
            self.late += max(0, due - tick - 1)
            tick = max(tick + 1, due)

    def _hung_for_s(self, now_s: float) -> float:
        """Return for how long the sink was seen to hang in its last call; that of a machine asleep is not."""
        seen_s, self._seen_hanging_s = self._seen_hanging_s, None
        return 0.0 if seen_s is None else now_s - seen_s

    def _write_latest(self, time_s: float) -> None:
        slate = self._placeholder()
        newest = self.slot.peek()
        if slate is not None:
            self._hand_over(slate, time_s)
        elif newest is not None:
            sequence, finished = newest
            if sequence == self._seen:
                self._hand_over(finished.rgb, time_s)
            else:
                self._seen = sequence
                self._write(finished, time_s)

    def _write(self, finished: Finished, time_s: float) -> None:
        self._hand_over(finished.rgb, time_s)
        now_s = self._clock.now_s()
        self.written += 1
        self.latency_ms.note(now_s, (now_s - finished.captured_s) * 1e3)

    def _hand_over(self, rgb: Rgb, time_s: float) -> None:
        with self._calling():
            self.sink.write(rgb, time_s)
