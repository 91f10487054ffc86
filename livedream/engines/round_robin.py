"""Engines that take turns: a dream whose octaves are spread over the frames has one for each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from statistics import fmean
from typing import TYPE_CHECKING, Any, cast

from livedream.engines.engine import Check, DeviceEngine, Engine, Program

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import Tensor


class RoundRobinEngine:
    """Holds the engines that take turns; they are its own to close.

    parts: at least one, all on one device. Whose turn it is, whoever runs them says: nothing is counted
    here, so that the same frame is always run by the same engine.
    """

    def __init__(self, parts: Sequence[Engine]) -> None:
        self._parts = list(parts)
        self.name = " and ".join(dict.fromkeys(part.name for part in parts))
        self.number_format = parts[0].number_format
        self.device: torch.device | None = parts[0].device

    @property
    def parts(self) -> tuple[Engine, ...]:
        """List the engines."""
        return tuple(self._parts)

    def at(self, number: int) -> Engine:
        """Return the engine whose turn it is at a frame; number: of the frame, from 0."""
        return self._parts[number % len(self._parts)]

    def run(self, inputs: Sequence[NDArray[Any]]) -> NDArray[np.float32]:
        """Run a whole round, each engine on what the one before gave."""
        image, *rest = inputs
        for part in self._parts:
            image = part.run([image, *rest])
        return image

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        """Put a whole round on the device's current stream; nothing waits for it to end."""
        image, *rest = inputs
        for part in self._parts:
            image = cast(DeviceEngine, part).call([image, *rest])
        return image

    def close(self) -> None:
        """Close all of them, also if one cannot be closed; what that raises comes at the end."""
        with ExitStack() as each:
            for part in self._parts:
                each.callback(part.close)
            self._parts.clear()


def engine_at(engine: Engine, number: int) -> Engine:
    """Return the engine that runs a frame: if engines take turns, the one whose turn it is."""
    return engine.at(number) if isinstance(engine, RoundRobinEngine) else engine


def parts_of(program: Program) -> tuple[Program, ...]:
    """List the programs that an engine is built for: those that take turns in one, or itself alone."""
    return program.parts or (program,)


def worst(checks: Sequence[Check]) -> Check:
    """Return the largest deviations of engines that take turns, and the mean time of a run."""
    return Check(
        min(check.cosine for check in checks),
        max(check.relative_error for check in checks),
        fmean(check.run_ms for check in checks),
    )
