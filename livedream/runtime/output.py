"""Output: where finished frames go, and what goes there in their place."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np

from livedream.clock import Clock
from livedream.dreamed import Dreamed
from livedream.frame import Rgb, Shown
from livedream.health import Health
from livedream.runtime.flash_limiter import WINDOW_S, FlashLimiter
from livedream.runtime.latest import Latest
from livedream.runtime.panic import Panic, PanicMode
from livedream.runtime.placeholder import PlaceholderFrames
from livedream.runtime.sink_worker import LOOK_UP_S, Finished, Rate, SinkTotal, SinkWorker
from livedream.runtime.stats import Meter
from livedream.sinks.sink import RECORDING, REPLAY, FlashLimit, Sink
from livedream.sources.source import Source

FINISH_S = 5.0
"""How long a sink may take to end, which may have a recording to finish, before it is left behind."""


class Output:
    """Hands each finished frame to the sinks and to whoever looks; measures their rate and latency.

    rate: of the frames that go out. tell: takes sentences for people. mirrored: all that goes out is, save
    slates, whose letters stay legible. flash_limit: what is kept from flashing. Flashes are limited here
    and not in the sinks, so that all who watch see the same and it is worked out once; after panic, so that
    what panic does counts, too. Whatever flashed before, a blackout is black at once, and any other switch
    of panic, and a dream that was reset, is seen at once unless it follows another within a second, as from a
    key that is held down.
    """

    def __init__(self, rate: Rate, source: Source, clock: Clock, tell: Callable[[str], None]) -> None:
        self.rate, self._clock, self._tell = rate, clock, tell
        self.flash_limit: FlashLimit = "live"
        self._limiter = FlashLimiter()
        self.fps, self.latency_ms = Meter(), Meter()
        self._panic = Panic(rate.size_wh)
        self._passes, self._switched_s = False, float("-inf")
        self._awaits_reset = False
        self._placeholder = PlaceholderFrames(rate.size_wh, source, clock, tell)
        self._newest: Latest[Finished] = Latest()
        self._sink_workers: list[SinkWorker] = []
        self._removed: set[SinkWorker] = set()
        self._ended: list[SinkTotal] = []
        self._faults: list[BaseException] = []
        self._changing = threading.Lock()
        self._is_started = False
        self._emitting = threading.Lock()
        self.mirrored = False

    @property
    def panic(self) -> PanicMode:
        """Return what goes out in place of the dream."""
        return self._panic.mode

    def add_sink(self, sink: Sink, rate: Rate | None = None) -> SinkWorker:
        """Add a sink, at any time; its thread starts with the others or at once."""
        worker = SinkWorker(sink, rate or self.rate, self._clock, self._slate, self._tell)
        with self._changing:
            self._sink_workers = [*self._sink_workers, worker]
        if self._is_started:
            worker.start()
        return worker

    @property
    def recordings(self) -> tuple[SinkTotal, ...]:
        """List what every recording was given, those first that were removed, in the order of their ends."""
        with self._changing:
            here = [worker.total for worker in self._sink_workers]
            return tuple(total for total in (*self._ended, *here) if total.sink.kind == RECORDING)

    def present(self) -> tuple[SinkWorker, ...]:
        """List the workers of the sinks that were not removed."""
        with self._changing:
            return tuple(worker for worker in self._sink_workers if worker not in self._removed)

    def remove_sink(self, worker: SinkWorker) -> None:
        """Let a sink finish, while the others go on; its worker ends by itself."""
        with self._changing:
            self._removed.add(worker)
        worker.stop()

    def start(self) -> None:
        """Start the threads of the sinks."""
        self._is_started = True
        for worker in self._sink_workers:
            worker.start()

    def finish(self) -> None:
        """Let every sink finish. Raises the first error of a sink's own code."""
        self._let_go()
        faults = self._faults
        for worker in self._sink_workers:
            worker.stop()
        for worker in self._sink_workers:
            try:
                if not worker.join(FINISH_S):
                    self._tell(
                        f"{worker.sink.name} did not finish within {FINISH_S:.0f} s and was left behind"
                    )
            except BaseException as fault:  # the others are to finish, too
                faults.append(fault)
        if faults:
            raise faults[0]

    def emit(self, dreamed: Dreamed) -> None:
        """Send out a dreamed frame, or what takes its place."""
        now_s = self._clock.now_s()
        self._placeholder.note(now_s, dreamed.frame.captured_s)
        with self._emitting:
            if self._awaits_reset and dreamed.is_first:
                self._awaits_reset, self._passes = False, True
            rgb = self._panic.shown(dreamed.rgb, dreamed.frame.rgb)
            self._send(rgb, dreamed.frame.captured_s)
        self.fps.note(now_s)
        self.latency_ms.note(now_s, (now_s - dreamed.frame.captured_s) * 1e3)

    def look_after(self) -> None:
        """Tell of a source that is lost and of sinks that hang; to be called now and then, frames or none."""
        self._placeholder()
        self._let_go()
        for worker in self._sink_workers:
            worker.look_after()

    def switch_panic(self, mode: PanicMode) -> None:
        """Send out something else from now on, without waiting for the next dreamed frame; "": the dream."""
        with self._emitting:
            if mode != self._panic.mode and not self._awaits_reset:
                self._passes = self._note_switch(self._clock.now_s())
            self._panic.mode = mode
            rgb = self._panic.at_once()
            if rgb is not None:
                self._send(rgb, self._clock.now_s())

    def expect_reset(self) -> None:
        """Show the first frame of a dream that is being reset as it is, whatever flashed before."""
        with self._emitting:
            self._awaits_reset = self._note_switch(self._clock.now_s())

    def latest(self) -> Shown | None:
        """Return the newest frame, or the slate in its place; None before the first."""
        newest = self._newest.peek()
        if newest is None:
            return None
        slate = self._slate()
        return Shown(newest[0], newest[1].rgb) if slate is None else Shown(id(slate), slate, is_slate=True)

    @property
    def dampening(self) -> bool:
        """Return whether something that would have flashed was dampened within the last second."""
        return self.flash_limit != "off" and self._limiter.dampening(self._clock.now_s())

    def sinks(self) -> dict[str, Health]:
        """Return how each sink does, by name; one that was removed, or only keeps for later, is not there."""
        return {one.sink.name: one.health for one in self.present() if one.sink.kind != REPLAY}

    def oriented(self, rgb: Rgb) -> Rgb:
        """Return a picture as it goes out: mirrored if wished."""
        return np.asarray(cv2.flip(rgb, 1), np.uint8) if self.mirrored else rgb

    def _let_go(self) -> None:
        """Keep of sinks that were removed and have finished no more than what is told at the end."""
        with self._changing:
            over = [one for one in self._sink_workers if one in self._removed and one.has_finished]
            self._removed -= set(over)
            self._sink_workers = [worker for worker in self._sink_workers if worker not in over]
            self._ended += [worker.total for worker in over if worker.sink.kind == RECORDING]
            self._faults += [worker.fault for worker in over if worker.fault is not None]

    def _send(self, rgb: Rgb, captured_s: float) -> None:
        whole = Finished(self.oriented(rgb), captured_s)
        limited = self._limited(whole)
        self._newest.put(limited)
        for worker in self._sink_workers:
            watched = worker.sink.is_live or self.flash_limit == "all"
            while not worker.slot.wait_for_room(LOOK_UP_S):
                self.look_after()  # whoever else would do so may wait for this frame
            worker.slot.put(limited if watched else whole)

    def _note_switch(self, now_s: float) -> bool:
        """Return whether what is switched may pass the flash limiter: nothing was in the second before."""
        is_alone = now_s - self._switched_s >= WINDOW_S
        self._switched_s = now_s
        return is_alone

    def _limited(self, whole: Finished) -> Finished:
        if self.flash_limit == "off":
            return whole
        at_once = self._passes or self._panic.mode == "blackout"
        self._passes = False
        rgb = self._limiter.limited(whole.rgb, self._clock.now_s(), at_once=at_once)
        return whole if rgb is whole.rgb else Finished(rgb, whole.captured_s)

    def _slate(self) -> Rgb | None:
        """Return the slate that sinks send instead; none over a blackout or a frozen frame."""
        if self._panic.holds_picture and self._newest.peek() is not None:
            return None
        return self._placeholder()
