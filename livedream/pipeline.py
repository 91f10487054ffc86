"""DreamPipeline: one frame in, one dreamed frame out; the owner of all that carries over in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from livedream.canvas import canvas_for
from livedream.canvas.canvas import Canvas, Past, Pending, Stopwatch, Task
from livedream.dream.spec import KernelSpec, frame_inputs
from livedream.engines.engine import Engine
from livedream.frame import Frame, Rgb
from livedream.motion.flow import FlowEstimator, Grey, Motion, Trust
from livedream.motion.warp import Field, fit
from livedream.settings import Settings

FLOW_PX = 160
"""Longer side of the grey pictures that the flow is measured on: a tenth of a millisecond, and on a
hand-held clip the dream flickers no more than with 256."""


@dataclass(frozen=True, slots=True, eq=False)
class Dreamed:
    """What became of a frame.

    rgb: uint8, the size of the frame. cut: the dream started anew. stage_ms: milliseconds by stage.
    """

    frame: Frame
    rgb: Rgb
    cut: bool
    stage_ms: dict[str, float]
    _pending: Pending[Any]
    _motion: Motion | None
    _to_array: Callable[[Any], Field]

    @property
    def residual(self) -> Field:
        """Give what the dream added, HxWx3 at working size; fetched when it is asked for."""
        return self._to_array(self._pending.residual)

    @property
    def carried(self) -> Field | None:
        """Give the previous residual, warped; None for the first frame."""
        return None if self._pending.carried is None else self._to_array(self._pending.carried)

    @property
    def trust(self) -> Trust | None:
        """Give where `carried` can be believed, HxW in 0..1; None for the first frame."""
        height, width = self.residual.shape[:2]
        return None if self._motion is None else fit(self._motion, (width, height))[1]


@dataclass(frozen=True, slots=True, eq=False)
class Dreaming:
    """A frame on its way; `finish` gives it. Another frame may begin before."""

    frame: Frame
    _pending: Pending[Any]
    _motion: Motion | None
    _canvas: Canvas[Any]
    _watch: Stopwatch

    def finish(self) -> Dreamed:
        """Wait for it."""
        outcome = self._pending.finish()
        cut = self._motion is not None and self._motion.cut
        return Dreamed(
            self.frame, outcome.rgb, cut or not outcome.sound, self._watch.stage_ms,
            self._pending, self._motion, self._canvas.to_array,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    grey: Grey
    residual: Any


class DreamPipeline:
    """Dreams frames one after the other; live and offline alike.

    seed: of the jitter. Same frames, settings, seed and engine: same dreams.
    warm_start: False dreams every frame from scratch, to measure what the warm start is worth.
    """

    def __init__(self, spec: KernelSpec, engine: Engine, *, seed: int = 0, warm_start: bool = True) -> None:
        self.spec, self.engine = spec, engine
        self._canvas = canvas_for(engine)
        self._seed, self._warm_start = seed, warm_start
        self._estimator = FlowEstimator()
        self._dreamed = 0
        self._before: _Before | None = None

    def swap(self, spec: KernelSpec, engine: Engine) -> None:
        """Go on with another engine, between two frames; the dream is resized if the size changed."""
        self.spec, self.engine = spec, engine
        canvas, before = canvas_for(engine, self._canvas), self._before
        if before is not None and canvas is not self._canvas:
            residual = canvas.from_array(self._canvas.to_array(before.residual))
            self._before = _Before(before.grey, residual)
        self._canvas = canvas

    def reset(self) -> None:
        """Forget the dream; the next frame starts from the picture alone."""
        self._before = None

    def process(self, frame: Frame, settings: Settings) -> Dreamed:
        """Dream one frame."""
        return self.begin(frame, settings).finish()

    def begin(self, frame: Frame, settings: Settings) -> Dreaming:
        """Begin to dream a frame; on a device it goes on by itself."""
        watch = Stopwatch()
        grey = self._canvas.grey(frame.rgb, self.spec.size_hw, FLOW_PX)
        watch.lap("shrink")
        past = self._past(grey, settings)
        task = Task(
            frame.rgb, grey, self.spec.size_hw, self.engine, self._inputs(settings), past,
            settings.motion.persistence if self._warm_start else 0.0, settings.look,
        )  # fmt: skip
        pending = self._canvas.dream(task, watch)
        self._before = _Before(grey, pending.residual)
        return Dreaming(frame, pending, past.motion if past else None, self._canvas, watch)

    def _past(self, grey: Grey, settings: Settings) -> Past[Any] | None:
        """Measure the motion since the frame before; None if there is none of this shape."""
        before = self._before
        if before is None or before.grey.shape != grey.shape:
            return None
        return Past(before.residual, self._estimator.measure(grey, before.grey, settings.motion))

    def _inputs(self, settings: Settings) -> list[Any]:
        rng = np.random.default_rng((self._seed, self._dreamed))
        self._dreamed += 1
        return frame_inputs(self.spec, settings.dream, rng)


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
