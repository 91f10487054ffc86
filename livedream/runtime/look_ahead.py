"""Looking ahead: the next frame is taken and prepared while the one before it is dreamed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import NamedTuple

from livedream.beside import step_back
from livedream.frame import Frame
from livedream.preparing import Prepared
from livedream.runtime.latest import Latest

LOOK_UP_S = 0.1
"""How often the dream thread looks whether it should stop while it waits."""


class Taken(NamedTuple):
    """A frame out of the slot.

    ahead: what was prepared for it meanwhile, if anything was. waited_ms: how long it was waited for.
    """

    frame: Frame
    ahead: Prepared | None = None
    waited_ms: float = 0.0


class LookAhead:
    """Takes frames out of a slot for one thread, which may ask for the next to be prepared by another.

    A frame that was prepared is given up for one that is newer: what is seen is never old.
    """

    def __init__(self, slot: Latest[Frame]) -> None:
        self._slot = slot
        self._executor = ThreadPoolExecutor(1, "look ahead", step_back)
        self._coming: Future[Taken | None] | None = None

    def __enter__(self) -> LookAhead:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()

    @property
    def ended(self) -> bool:
        """Return whether no frame will come any more."""
        return self._coming is None and self._slot.ended

    def begin(self, prepare: Callable[[Frame], Prepared]) -> None:
        """Begin to wait for the next frame, and to prepare it when it comes."""
        self._coming = self._executor.submit(self._take, prepare)

    def take(self) -> Taken | None:
        """Take the next frame, waiting for it; None if none came soon. Raises what preparing raises."""
        begun_s, coming, self._coming = time.perf_counter(), self._coming, None
        taken = self._take(None) if coming is None else coming.result()
        newer = None if coming is None else self._slot.newer()
        if newer is not None:
            taken = Taken(newer)
        waited_ms = (time.perf_counter() - begun_s) * 1e3
        return None if taken is None else taken._replace(waited_ms=waited_ms)

    def _take(self, prepare: Callable[[Frame], Prepared] | None) -> Taken | None:
        frame = self._slot.take(LOOK_UP_S)
        if frame is None:
            return None
        return Taken(frame, None if prepare is None else prepare(frame))
