"""What is done to a frame before it is dreamed: it needs the frame before, not that one's dream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from livedream.canvas.canvas import Canvas, Looked, Stopwatch
from livedream.composite.gamma import brightened
from livedream.frame import Frame
from livedream.motion.flow import FlowEstimator, Motion
from livedream.motion.sampling import Grey
from livedream.settings import MotionSettings, Settings

FLOW_PX = 160
"""Longer side of the grey pictures that the flow is measured on: a tenth of a millisecond, and on a
hand-held clip the dream flickers no more than with 256."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A frame with all that needs nothing of the dream before it.

    frame: as brightened by `gamma`. looked: by a canvas, at the working size `size_hw`. motion: since the
    grey picture `before`, by the settings; None without one, or if that has another shape.
    """

    frame: Frame
    gamma: float
    canvas: Canvas[Any]
    size_hw: tuple[int, int]
    looked: Looked
    before: Grey | None
    settings: MotionSettings
    motion: Motion | None
    stage_ms: dict[str, float]


class Preparation:
    """Prepares frames; for one thread at a time, which need not be the one that dreams."""

    def __init__(self) -> None:
        self._estimator = FlowEstimator()

    def prepare(
        self,
        frame: Frame,
        settings: Settings,
        canvas: Canvas[Any],
        size_hw: tuple[int, int],
        before: Grey | None,
    ) -> Prepared:
        """Brighten and shrink a frame, and measure its motion since the grey picture `before`."""
        watch, gamma = Stopwatch(), settings.look.gamma
        bright = replace(frame, rgb=brightened(frame.rgb, gamma))
        looked = canvas.looked_at(bright.rgb, size_hw, FLOW_PX)
        watch.lap("shrink")
        motion = self.measure(looked.grey, before, settings.motion)
        watch.lap("flow")
        return Prepared(
            bright, gamma, canvas, size_hw, looked, before, settings.motion, motion, watch.stage_ms
        )

    def renew(
        self,
        prepared: Prepared,
        frame: Frame,
        settings: Settings,
        canvas: Canvas[Any],
        size_hw: tuple[int, int],
        before: Grey | None,
    ) -> Prepared:
        """Return what was prepared as far as it still holds, the rest made anew; frame: as it came."""
        looked_so = prepared.canvas is canvas and prepared.size_hw == size_hw
        if not looked_so or prepared.gamma != settings.look.gamma:
            return self.prepare(frame, settings, canvas, size_hw, before)
        if prepared.before is before and prepared.settings == settings.motion:
            return prepared
        motion = self.measure(prepared.looked.grey, before, settings.motion)
        return replace(prepared, before=before, settings=settings.motion, motion=motion)

    def measure(self, grey: Grey, before: Grey | None, settings: MotionSettings) -> Motion | None:
        """Measure the motion since the grey picture before; None if there is none of this shape."""
        if before is None or before.shape != grey.shape:
            return None
        return self._estimator.measure(grey, before, settings)
