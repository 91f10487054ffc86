"""Recovery: the dream rests when its engine fails or cannot be built, and the engine is asked for again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from livedream.clock import Clock
from livedream.dream.program import KernelProgram
from livedream.dream.spec import KernelSpec
from livedream.dreamed import Dreamed, Dreaming
from livedream.engines.builder import EngineBuilder
from livedream.engines.engine import NumberFormat
from livedream.engines.maker import Ready
from livedream.errors import EngineError, EngineMissingError, EngineRunError
from livedream.feed import LookUp
from livedream.pipeline import DreamPipeline
from livedream.sources.watchdog import Backoff

if TYPE_CHECKING:
    import torch

STEADY_S = 10.0
"""An engine that has run for so long without a fault is trusted again."""

STRIKES = 2
"""Faults, each soon after the one before, after which another kind of engine is taken."""

UNSOUND_FRAMES = 10
"""After so many frames in a row that are no numbers an engine is taken to be broken, not its frame."""


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


def rest(pipeline: DreamPipeline, references: LookUp) -> DreamPipeline:
    """Return a pipeline that goes on without its engine; a device that is gone takes the dream with it."""
    try:
        pipeline.swap(pipeline.spec, RestingEngine())
    except Exception:  # the driver's own: whatever it is, nothing can be fetched any more
        return DreamPipeline(pipeline.spec, RestingEngine(), references=references)
    return pipeline


class Recovery:
    """Counts the faults of engines and says when one may be asked for again: 0.5 s later, at most 8 s.

    tell: is told each reason once, until an engine has run for STEADY_S. engine_required: see `Plan`.
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
        self._backoff, self._name = Backoff(), ""
        self._requested: KernelSpec | None = None
        self._spec: KernelSpec | None = None
        self._ask_at_s = 0.0
        self._since_s: float | None = None
        self._faults = self._unsound = 0
        self._told: set[str] = set()
        self.found: EngineRunError | None = None
        """What the thread that finishes frames has found; taken by `take_found`."""
        self.undreamed: EngineError | None = None
        """Why nothing has been dreamed so far; None once an engine has run."""

    def failed(
        self, fault: EngineRunError, spec: KernelSpec, readies: Iterable[Ready[KernelProgram] | None]
    ) -> None:
        """Close the engines that were open when one failed; after STRIKES another kind is taken."""
        self._faults += 1
        self._put_off(spec)
        self._say(str(fault), f"{fault}; the show goes on without it, and it is loaded again")
        for ready in readies:
            if ready is not None:
                self._builder.discard(ready, avoid=self._faults >= STRIKES)

    def unbuilt(self, fault: EngineError) -> KernelSpec:
        """Put off the first engine, which could not be built; returns its spec.

        Raises the fault if it does not pass, or if the show is not to go on without an engine.
        """
        spec = self._requested
        if isinstance(fault, EngineMissingError) or self._engine_required or spec is None:
            raise fault
        self._put_off(spec)
        self.undreamed = fault
        self._say(str(fault), f"{fault}; the show goes on without it, and it is tried again")
        return spec

    def asks(self, spec: KernelSpec) -> bool:
        """Return whether the engine of a spec is to be requested now: it was not, or failed for long enough.

        Another one than failed is requested at once.
        """
        unbuilt = self._builder.take_failure()
        if unbuilt is not None and unbuilt.spec == self._requested:
            self._put_off(unbuilt.spec)
        if spec == self._requested or (spec == self._spec and self._clock.now_s() < self._ask_at_s):
            return False
        self._requested = spec
        return True

    def ran(self, ready: Ready[KernelProgram] | None) -> None:
        """Take note that an engine dreamed a frame; None: the dream rests."""
        if ready is None:
            return
        self._name, now_s, self.undreamed = ready.engine.name, self._clock.now_s(), None
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._spec is not None and now_s - self._since_s >= STEADY_S:
            self._spec, self._faults = None, 0
            self._backoff.reset()
            self._told.clear()

    def finish(self, dreaming: Dreaming) -> Dreamed | None:
        """Wait for a frame and look whether it is a number everywhere; None if its engine failed.

        Any thread, one at a time.
        """
        try:
            dreamed = dreaming.finish()
        except EngineRunError as fault:  # people see the frame before for this once
            self.found = fault
            return None
        self._unsound = 0 if dreamed.sound else self._unsound + 1
        if not dreamed.sound:
            self._judge()
        return dreamed

    def _judge(self) -> None:
        """Tell of a frame that is no number; after many in a row its engine is to go."""
        words = f"the engine {self._name} returned what is no number (NaN)"
        self._say(words, f"{words}; the picture goes out as it came, and the dream starts anew")
        if self._unsound == UNSOUND_FRAMES:
            self.found = EngineRunError(f"the engine {self._name} returns nothing but NaN")

    def take_found(self) -> EngineRunError | None:
        """Return once what was found in finished frames."""
        found, self.found = self.found, None
        return found

    def _put_off(self, spec: KernelSpec) -> None:
        self._spec, self._since_s, self._requested = spec, None, None
        self._unsound = 0
        self._ask_at_s = self._clock.now_s() + self._backoff.next_s()

    def _say(self, reason: str, sentence: str) -> None:
        if reason not in self._told:
            self._told.add(reason)
            self._tell(sentence)
