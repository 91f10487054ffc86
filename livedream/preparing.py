"""What is done to a frame before it is dreamed: it needs the frame before, not that one's dream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor
from typing import Any

from livedream.canvas.canvas import Canvas, Looked, Stopwatch
from livedream.composite.gamma import brightened
from livedream.frame import Frame
from livedream.motion.flow import FlowEstimator, Motion, measures_alike
from livedream.motion.sampling import Grey
from livedream.motion.scene_memory import Followed, Scene, follow
from livedream.settings import FeedbackSettings, Settings

FLOW_PX = 160
"""Longer side of the grey pictures that the flow is measured on: a tenth of a millisecond, and on a
hand-held clip the dream flickers no more than with 256."""

LEARN_S = 0.25
"""How often the dream of the scene is brought up to date: that is a warp of the whole picture."""

LONGEST_STEP_S = 1.0
"""A frame that comes later than this after the one before is taken as if it came then: after a pause
nothing leaps."""


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """The frame before, as far as the next one is prepared by it.

    scene: as it was then; None if it was not followed.
    """

    grey: Grey
    time_s: float
    scene: Scene | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """How a frame is to be dreamed: at its time, by settings, on a canvas, at a working size."""

    time_s: float
    settings: Settings
    canvas: Canvas[Any]
    size_hw: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A frame with all that needs nothing of the dream before it.

    frame: as brightened by `look.gamma`. aim: whose settings may be older where they have no part in this.
    looked: by the canvas. before: the frame that it follows; None for a first one. motion: since then; None
    without one, or if that has another shape. followed: the scene; None where nothing of it is wanted.
    """

    frame: Frame
    aim: Aim
    looked: Looked
    before: Before | None
    motion: Motion | None
    followed: Followed | None
    stage_ms: dict[str, float]

    @property
    def as_before(self) -> Before:
        """Return what the next frame is prepared by."""
        scene = None if self.followed is None else self.followed.scene
        return Before(self.looked.grey, self.aim.time_s, scene)

    @property
    def elapsed_s(self) -> float:
        """Return the time since the frame before, 0 for a first one and where time goes back."""
        since_s = 0.0 if self.before is None else self.aim.time_s - self.before.time_s
        return min(LONGEST_STEP_S, max(0.0, since_s))


class Preparation:
    """Prepares frames; for one thread at a time, which need not be the one that dreams."""

    def __init__(self) -> None:
        self._estimator = FlowEstimator()

    def prepare(self, frame: Frame, aim: Aim, before: Before | None) -> Prepared:
        """Brighten and shrink a frame, measure its motion since the frame before, and follow the scene."""
        watch = Stopwatch()
        bright = replace(frame, rgb=brightened(frame.rgb, aim.settings.look.gamma))
        looked = aim.canvas.looked_at(bright.rgb, aim.size_hw, FLOW_PX)
        watch.lap("shrink")
        ready = self._moved(Prepared(bright, aim, looked, before, None, None, watch.stage_ms))
        watch.lap("flow")
        return ready

    def renew(self, prepared: Prepared, frame: Frame, aim: Aim, before: Before | None) -> Prepared:
        """Return what was prepared as far as it still holds, the rest made anew; frame: as it came."""
        old = prepared.aim
        looked_so = old.canvas is aim.canvas and old.size_hw == aim.size_hw
        if not looked_so or old.settings.look.gamma != aim.settings.look.gamma:
            return self.prepare(frame, aim, before)
        ready = replace(prepared, aim=aim, before=before)
        if _grey(prepared) is not _grey(ready) or not measures_alike(
            old.settings.motion, aim.settings.motion
        ):
            return self._moved(ready)
        if old.time_s == aim.time_s and _way(ready) == _way(prepared):
            return prepared
        return _followed(ready)

    def _moved(self, ready: Prepared) -> Prepared:
        """Measure the motion since the frame before; there is none since a picture of another shape."""
        grey, motion = _grey(ready), None
        if grey is not None and grey.shape == ready.looked.grey.shape:
            motion = self._estimator.measure(ready.looked.grey, grey, ready.aim.settings.motion)
        return _followed(replace(ready, motion=motion))


def _grey(ready: Prepared) -> Grey | None:
    return None if ready.before is None else ready.before.grey


def _followed(ready: Prepared) -> Prepared:
    """Follow the scene to a frame whose motion is measured."""
    way = _way(ready)
    if way is None or ready.motion is None:
        return replace(ready, followed=None)
    scene, most, elapsed_s, learns = way
    found = follow(scene, ready.looked.grey, ready.motion, most, elapsed_s, learns=learns)
    return replace(ready, followed=found)


def _way(ready: Prepared) -> tuple[Scene | None, float, float, bool] | None:
    """Return how the scene is followed, see `follow`; a dream that flies leaves it, and there is no other."""
    settings, elapsed_s = ready.aim.settings, ready.elapsed_s
    if ready.before is None or settings.motion.recall == 0 or settings.feedback != FeedbackSettings():
        return None
    turns = [floor(time_s / LEARN_S) for time_s in (ready.aim.time_s - elapsed_s, ready.aim.time_s)]
    return ready.before.scene, settings.motion.recall, elapsed_s, turns[0] != turns[1]
