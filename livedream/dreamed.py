"""A dreamed frame, and one that is still being finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from livedream.canvas.canvas import Canvas, Pending, Stopwatch
from livedream.engines.engine import Engine
from livedream.frame import Frame, Rgb
from livedream.motion.flow import Motion
from livedream.motion.sampling import Trust
from livedream.motion.stillness import speed_px
from livedream.motion.warp import Field, resize
from livedream.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Dreamed:
    """A frame after dreaming.

    rgb: uint8, the size of the frame. cut: the dream started anew. stage_ms: milliseconds by stage.
    settings: as they were at its moment. wake: 0 (the picture stands) to 1 (it moves); followed while
    `motion.stillness` is above 0. sound: whether the dream was a number everywhere; else the
    frame is as it came.
    """

    frame: Frame
    rgb: Rgb
    cut: bool
    stage_ms: dict[str, float]
    settings: Settings
    wake: float
    sound: bool
    _pending: Pending[Any]
    _measured: Motion | None
    _motion: Motion | None
    _to_array: Callable[[Any], Field]

    @property
    def is_first(self) -> bool:
        """Return whether the dream begins with this frame: there was none before, or it was reset."""
        return self._measured is None

    @property
    def residual(self) -> Field:
        """Return what the dream added, HxWx3 at working size; fetched when it is asked for."""
        return self._to_array(self._pending.residual)

    @property
    def carried(self) -> Field | None:
        """Return the previous residual, warped; None for the first frame."""
        return None if self._pending.carried is None else self._to_array(self._pending.carried)

    @property
    def trust(self) -> Trust | None:
        """Return how far `carried` can be trusted, HxW in 0..1; None for the first frame."""
        height, width = self.residual.shape[:2]
        return None if self._motion is None else resize(self._motion.trust, (width, height))

    @property
    def speed_px(self) -> float | None:
        """Return the picture's mean motion, in pixels of 160 a side; None for the first frame."""
        return None if self._measured is None else speed_px(self._measured)


@dataclass(frozen=True, slots=True, eq=False)
class Dreaming:
    """A frame on its way; `finish` gives it. Another frame may begin before.

    engines: those that dream it.
    """

    frame: Frame
    settings: Settings
    wake: float
    engines: tuple[Engine, ...]
    _pending: Pending[Any]
    _measured: Motion | None
    _motion: Motion | None
    _canvas: Canvas[Any]
    _watch: Stopwatch

    def finish(self) -> Dreamed:
        """Wait for it."""
        outcome = self._pending.finish()
        cut = self._motion is not None and self._motion.cut
        return Dreamed(
            self.frame,
            outcome.rgb,
            cut or not outcome.sound,
            self._watch.stage_ms,
            self.settings,
            self.wake,
            outcome.sound,
            self._pending,
            self._measured,
            self._motion,
            self._canvas.to_array,
        )


def flicker(residual: Field, carried: Field | None, trust: Trust | None) -> float | None:
    """Measure how much a dream changed beyond its motion: 0 is steady, over 1 is boiling.

    It is mean |residual - carried| / mean |residual| over the pixels with trust above a half. None
    for a first frame, and where nothing is trusted or nothing is dreamed.
    """
    if carried is None or trust is None:
        return None
    trusted = (trust > 0.5)[..., None]
    strength = float((np.abs(residual) * trusted).sum())
    change = float((np.abs(residual - carried) * trusted).sum())
    return change / strength if strength > 0 else None
