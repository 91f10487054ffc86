"""Recovery: the dream rests when its engine fails or cannot be built, and the engine is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.clock import Clock
from livedream.dream.catalog import network_info
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.builder import EngineBuilder
from livedream.engines.engine import Engine, NumberFormat
from livedream.engines.maker import Ready
from livedream.errors import (
    EngineDisagreesError,
    EngineError,
    EngineMissingError,
    EngineRunError,
    InputError,
)
from livedream.feed import LookUp
from livedream.pipeline import DreamPipeline
from livedream.sources.watchdog import Backoff

if TYPE_CHECKING:
    import torch

Key = TypeVar("Key")
Value = TypeVar("Value")

STEADY_S = 10.0
"""An engine that has run for so long without a fault is trusted again."""

STRIKES = 2
"""Faults, each soon after the one before, after which another kind of engine is taken."""

STOOD_IN_S, LONGEST_STOOD_IN_S = 60.0, 960.0
"""For so long another kind stands in before the one that failed is tried again; each time twice as long."""

LONGEST_PAUSE_S = 240.0
"""A build takes a core for seconds to minutes: one that fails is tried again less often than what loads."""

UNSOUND_FRAMES = 10
"""After so many frames in a row that are no numbers an engine is taken to be broken, not its frame."""

HANGS_LOOKS = 10
"""So many seconds in which frames came and none was begun; counted, as time also passes in a stopped show."""

MOST_FAILED = 64
"""So many programs that could not be built are remembered, and so many reasons that were told."""


class RestingEngine:
    """Dreams nothing: what was dreamed before is carried along and fades while an engine is awaited."""

    name = "resting"
    number_format: NumberFormat = "float32"
    device: torch.device | None = None

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Return the picture as it came."""
        return np.array(inputs[0], np.float32)

    def close(self) -> None:
        """Hold nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A fault of a frame that was begun before. engines: those that dreamed it."""

    fault: EngineRunError
    engines: tuple[Engine, ...]

    def is_of(self, ready: Ready[KernelProgram] | None) -> bool:
        """Return whether an engine is one of them."""
        return ready is not None and any(ready.engine is engine for engine in self.engines)


def rest(pipeline: DreamPipeline, references: LookUp) -> DreamPipeline:
    """Return a pipeline that goes on without its engine; a device that is gone takes the dream with it."""
    try:
        pipeline.swap(pipeline.spec, RestingEngine())
    except Exception:  # the driver's own: whatever it is, nothing can be fetched any more
        return DreamPipeline(pipeline.spec, RestingEngine(), references=references)
    return pipeline


class Recovery:
    """Counts the faults of engines and says when one may be asked for again.

    One that failed while it ran: 0.5 s later, then ever later, at most 8 s; one that could not be built: at
    most LONGEST_PAUSE_S; one that does not agree with the reference: not for the same program. Another
    program's is asked for at once. What stands in for a kind that failed is slower, so that the kind is asked
    for again after STOOD_IN_S, and given up at its first fault then.
    tell: is told each reason once, until an engine has run for STEADY_S, or what could not be built runs.
    engine_required: see `Plan`.
    """

    def __init__(
        self,
        builder: EngineBuilder[KernelProgram],
        clock: Clock,
        tell: Callable[[str], None],
        *,
        engine_required: bool,
    ) -> None:
        self._builder, self._clock, self._tell = builder, clock, tell
        self._engine_required = engine_required
        self._backoff, self._has_run = Backoff(), False
        self._requested: KernelSpec | None = None
        self._spec: KernelSpec | None = None
        self._ask_at_s = 0.0
        self._pauses: dict[KernelSpec, Backoff] = {}
        self._wrong: dict[KernelSpec, None] = {}
        self._since_s: float | None = None
        self._standing_in = Backoff(STOOD_IN_S, LONGEST_STOOD_IN_S)
        self._trust_at_s: float | None = None
        self._faults = self._unsound = 0
        self._told: dict[str, None] = {}
        self._dropped = self._idle_looks = 0
        self._last: tuple[Engine, ...] = ()
        self.found: Found | None = None
        """What the thread that finishes frames has found; taken by `take_found`."""
        self.undreamed: EngineError | None = None
        """Why nothing has been dreamed so far; None once an engine has run."""

    def failed(
        self, fault: EngineRunError, spec: KernelSpec, readies: Iterable[Ready[KernelProgram] | None]
    ) -> None:
        """Close the engines that were open when one failed; after STRIKES another kind is taken."""
        self._faults += 1
        self._since_s, self._unsound = None, 0
        self._wrong.pop(spec, None)  # what stood in for it is gone, and comes again with it
        self._put_off(spec, self._backoff)
        self._say(str(fault), f"{fault}; the show goes on without it, and it is loaded again")
        is_out = self._faults >= STRIKES
        if is_out and self._trust_at_s is None:  # else what stood in has failed, too
            self._trust_at_s = self._clock.now_s() + self._standing_in.next_s()
        for ready in readies:
            if ready is not None:
                self._builder.discard(ready, avoid=is_out)

    def failed_late(self, fault: EngineRunError, ready: Ready[KernelProgram]) -> None:
        """Close an engine of which a fault is found once another has taken its place."""
        self._say(str(fault), f"{fault}; another has taken its place, and it is loaded again when wanted")
        self._builder.discard(ready)

    def unbuilt(self, fault: EngineError) -> KernelSpec:
        """Put off the first engine, which could not be built; returns its spec.

        Raises the fault if it does not pass, or if the show is not to go on without an engine.
        """
        spec = self._requested
        if isinstance(fault, EngineMissingError) or self._engine_required or spec is None:
            raise fault
        self.undreamed = fault
        self._put_off_build(spec, fault, "the show goes on without it")
        return spec

    def asks(self, spec: KernelSpec) -> bool:
        """Return whether a spec's engine is to be requested now: it was not, or it failed long enough ago."""
        failure = self._builder.take_failure()
        if failure is not None and failure.program.spec == self._requested:
            self._put_off_build(failure.program.spec, failure.fault, "what runs goes on")
        is_put_off = spec == self._spec and self._clock.now_s() < self._ask_at_s
        if spec == self._requested or spec in self._wrong or is_put_off or not self._can_be_had(spec):
            return False
        self._requested, self._spec = spec, None
        return True

    def _can_be_had(self, spec: KernelSpec) -> bool:
        """Put off what cannot be built now that its weights have gone; a first engine is not put off."""
        try:
            network_info(spec.network).check_file()
        except InputError as fault:
            if not self._has_run or self._builder.state(KernelProgram(spec)) == "ready":
                return True
            self._put_off_build(spec, EngineError(str(fault)), "what runs goes on")
            return False
        return True

    def ran(self, ready: Ready[KernelProgram] | None) -> None:
        """Take note that an engine dreamed a frame; None: the dream rests."""
        if ready is None:
            return
        self._has_run, now_s, self.undreamed = True, self._clock.now_s(), None
        self._since_s = now_s if self._since_s is None else self._since_s
        if not ready.stopgap and self._pauses.pop(ready.program.spec, None) is not None:
            self._told.clear()
        if self._faults > 0 and now_s - self._since_s >= STEADY_S:
            self._faults = 0
            self._backoff.reset()
            self._told.clear()
        self._trust(now_s, now_s - self._since_s)

    def _trust(self, now_s: float, ran_s: float) -> None:
        """Ask for the kind that failed again once another has stood in for it for long enough."""
        if self._trust_at_s is None:
            if ran_s >= LONGEST_STOOD_IN_S:
                self._standing_in.reset()
        elif now_s >= self._trust_at_s:
            self._trust_at_s = None
            if self._builder.trust_again():
                self._requested, self._since_s, self._faults = None, None, STRIKES - 1

    def finish(self, dreaming: Dreaming) -> Dreamed | None:
        """Wait for a frame and look whether it is a number everywhere; None if it could not be dreamed.

        Any thread, one at a time.
        """
        dreamed = None
        try:
            with self.sparing():
                dreamed = dreaming.finish()
        except EngineRunError as fault:  # people see the frame before for this once
            self.found = Found(fault, dreaming.engines)
        if dreamed is not None:
            self._judge(dreamed.sound, dreaming.engines)
        return dreamed

    def look_after(self, begun: Dreaming | None, dropped: int, ready: Ready[KernelProgram] | None) -> None:
        """Tell once of an engine that does not come back; to be called after each wait for a frame to begin.

        begun: the frame; None after a second. dropped: frames so far that nobody took. ready: what dreams.
        """
        is_idle, self._dropped = begun is None and dropped > self._dropped, dropped
        self._idle_looks = self._idle_looks + is_idle if begun is None else 0
        if ready is not None and is_idle and self._idle_looks == HANGS_LOOKS:
            words = f"the engine {ready.engine.name} has not answered for {HANGS_LOOKS} s"
            self._say(words, f"{words}; the last picture stays until it does")

    @contextmanager
    def sparing(self) -> Iterator[None]:
        """Let what there is no memory for cost a frame, not the show; tell it once. Any thread."""
        try:
            yield
        except (MemoryError, cv2.error) as fault:
            if isinstance(fault, cv2.error) and fault.code != cv2.Error.StsNoMem:
                raise
            words = "there is no memory left for a frame"
            self._say(words, f"{words}; the one before stays, and the show goes on")

    def _judge(self, sound: bool, engines: tuple[Engine, ...]) -> None:
        """Tell of a frame that is no number; after many in a row its engine is to go."""
        before, self._last = self._last, engines
        if sound or engines != before:
            self._unsound = 0
        if sound:
            return
        self._unsound += 1
        name = " and ".join(dict.fromkeys(engine.name for engine in engines))
        words = f"the engine {name} returned what is no number (NaN)"
        self._say(words, f"{words}; the picture goes out as it came, and the dream starts anew")
        if self._unsound == UNSOUND_FRAMES:
            self.found = Found(EngineRunError(f"the engine {name} returns nothing but NaN"), engines)

    def take_found(self) -> Found | None:
        """Return once what was found in finished frames."""
        found, self.found = self.found, None
        return found

    def _put_off_build(self, spec: KernelSpec, fault: EngineError, goes_on: str) -> None:
        """Put off what could not be built, or for good what would come out wrong again; tell it."""
        if isinstance(fault, EngineDisagreesError):
            _put_newest(self._wrong, spec, None)
            self._say(str(fault), f"{fault}; {goes_on}; choose another look, or start with --engine auto")
            return
        pauses = self._pauses.get(spec, Backoff(longest_s=LONGEST_PAUSE_S))
        _put_newest(self._pauses, spec, pauses)
        self._put_off(spec, pauses)
        self._say(str(fault), f"{fault}; {goes_on}, and it is tried again")

    def _put_off(self, spec: KernelSpec, pauses: Backoff) -> None:
        self._spec, self._requested = spec, None
        self._ask_at_s = self._clock.now_s() + pauses.next_s()

    def _say(self, reason: str, sentence: str) -> None:
        if reason not in self._told:
            _put_newest(self._told, reason, None)
            self._tell(sentence)


def _put_newest(kept: dict[Key, Value], key: Key, value: Value) -> None:
    """Keep a value as the newest of at most MOST_FAILED; the oldest goes."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST_FAILED:
        del kept[next(iter(kept))]
