"""The canvas in memory: OpenCV on the processor, for engines that take arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livedream.beside import thread_beside
from livedream.canvas.canvas import Left, Looked, Outcome, Past, Run, Stopwatch, Task, open_share
from livedream.composite import compose, grade, relit, scene_mask, shift_colour
from livedream.composite.depth import Depths, cells_hw, depth_map, held, next_gain, reach, target
from livedream.engines.engine import running
from livedream.frame import Image, Rgb, to_image
from livedream.imaging import shrink
from livedream.motion.flow import grey
from livedream.motion.sampling import Flow, Grey, Trust
from livedream.motion.scene_memory import Recall
from livedream.motion.warp import (
    UNBOUNDED,
    Field,
    add_share,
    carry,
    clamped,
    enlarged,
    fit,
    nearest,
    of_colour,
    resize,
    warp,
)
from livedream.settings import LookSettings


@dataclass(frozen=True, slots=True, eq=False)
class Composing:
    """A frame that is dreamed, and composed by whoever waits for it: the next one may begin meanwhile."""

    left: Left[Field]
    carried: Field | None
    _sound: bool
    _composed: Callable[[], Rgb]
    _watch: Stopwatch

    @property
    def residual(self) -> Field:
        """Return what the dream adds."""
        return self.left.residual

    def finish(self) -> Outcome:
        """Lay the dream over the frame."""
        self._watch.lap("queued")
        rgb = self._composed()
        self._watch.lap("compose")
        return Outcome(rgb, self._sound)


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """What a frame's dream starts from.

    carried: the past's residual, warped; None without one. init: HxWx3, 0..1. velocity: where the steps
    before went, of which kept, HxW, is the share that stays; None where there is no telling. scene: the dream
    of the scene; warped if it is of use now. depths: of what it shows.
    """

    carried: Field | None
    init: Field
    velocity: Field | None
    kept: Trust | None
    scene: Field | None
    depths: Depths
    gain: float


class MemoryCanvas:
    """Works on arrays; all but composing is done when `dream` returns."""

    def __init__(self) -> None:
        self._beside = thread_beside("beside")

    def looked_at(self, rgb: Rgb, size_hw: tuple[int, int], longest_px: int) -> Looked:
        """Make the small grey picture from the one at working size."""
        small = shrink(rgb, size_hw[::-1])
        return Looked(grey(rgb, longest_px, shrunk=small), small)

    def dream(self, task: Task[Field], watch: Stopwatch) -> Composing:
        """Warp and dream."""
        small = task.looked.small
        assert small is not None, "this canvas has made it"
        image = np.ascontiguousarray(to_image(small)[0].transpose(1, 2, 0))
        start = _warm_start(image, task, self._beside)
        watch.lap("motion")
        made, velocity, kept, further = start.init, start.velocity, start.kept, _further(start, task)
        for runs in (task.runs, *task.again):
            dream = _dreamed(runs, made.transpose(2, 0, 1)[None], image.transpose(2, 0, 1)[None])
            velocity = _steadied(dream[0].transpose(1, 2, 0), made, velocity, kept, task.momentum)
            made, kept = _stepped(made, velocity, further), None
        assert velocity is not None, "a task has a run"
        watch.lap("kernel")
        residual, sound = _finite(made - image)
        if not sound:
            velocity = residual
        residual = shift_colour(residual, image, task.colour)
        watch.lap("residual")
        shown = _masked(
            grade(relit(_exposed(residual, task), task.look), task.colour), task.looked.grey, task.look
        )
        depths = depth_map(image, shown, task.look.strength)
        elapsed_s = task.past.elapsed_s if task.past and task.look.steer else 0.0
        gain = next_gain(start.gain, float(depths.mean()), task.look, elapsed_s)
        scene = _scene(start, residual, task.past)
        watch.lap("look")
        left = Left(residual, velocity, scene, depths, np.full((1, 1, 1), gain, np.float32))
        composed = partial(compose, task.rgb, shown, task.look.strength)
        return Composing(left, start.carried, sound, composed, watch)

    def to_array(self, held: Field) -> Field:
        """Return the array itself."""
        return held

    def from_array(self, array: Field) -> Field:
        """Hold the array itself."""
        return array


def _warm_start(image: Field, task: Task[Field], beside: Executor) -> WarmStart:
    """Add to the picture what is left of the previous dream, where it is now.

    beside: what the steps before were is carried along there meanwhile.
    """
    height, width = cells_hw((image.shape[0], image.shape[1]))
    past, size_wh = task.past, (image.shape[1], image.shape[0])
    if past is None:
        return WarmStart(None, image, None, None, None, np.zeros((height, width, 1), np.float32), 1.0)
    flow, kept = fit(past.motion, size_wh)
    velocity = beside.submit(_velocity, past, task, flow)
    carried = warp(resize(past.left.residual, size_wh), flow, 1.0 if task.look.steer else UNBOUNDED)
    depths, stays = _held(past, task, (width, height))
    share = np.asarray(cv2.multiply(kept, cv2.resize(stays, size_wh)), np.float32)
    init = carry(image, carried, share, task.persistence)
    gain = past.left.gain.item()
    start = WarmStart(carried, init, velocity.result(), kept, past.left.scene, depths, gain)
    return start if past.recall is None else _recalled(start, image, past.recall, target(task.look))


def _recalled(start: WarmStart, image: Field, recall: Recall, depth: float) -> WarmStart:
    """Take what has come back into view from the dream of the scene, which is as deep as is wanted."""
    if start.scene is None or (recall.share is None and recall.learned is None):
        return start
    size_wh = (image.shape[1], image.shape[0])
    scene = warp(resize(start.scene, size_wh), enlarged(recall.flow, size_wh))
    if recall.share is None:
        return replace(start, scene=scene)
    height, width = start.depths.shape[:2]
    back, cells = cv2.resize(recall.share, size_wh), cv2.resize(recall.share, (width, height))[..., None]
    init = cv2.blendLinear(clamped(cv2.add(image, scene)), start.init, back, 1 - back)
    depths = start.depths + cells * (np.float32(depth) - start.depths)
    return replace(start, init=np.asarray(init, np.float32), scene=scene, depths=depths)


def _scene(start: WarmStart, residual: Field, past: Past[Field] | None) -> Field:
    """Return the dream of the scene, with what it has learned from that of the frame."""
    if past is None or past.recall is None or start.scene is None:
        return residual
    if past.recall.learned is None:
        return start.scene
    learned = cv2.resize(past.recall.learned, (residual.shape[1], residual.shape[0]))
    return np.asarray(cv2.blendLinear(residual, start.scene, learned, 1 - learned), np.float32)


def _held(past: Past[Field], task: Task[Field], size_wh: tuple[int, int]) -> tuple[Depths, Depths]:
    """Return how deep the past is that is carried along, hxwx1, and what share of it stays, hxw."""
    flow, kept = fit(past.motion, size_wh)
    depths = warp(resize(past.left.depths, size_wh), flow).reshape(kept.shape)
    left = np.maximum(depths * kept * np.float32(task.persistence), np.float32(0))
    stays = held(left, task.look, past.left.gain.item())
    return (left * stays)[..., None], stays


def _velocity(past: Past[Field], task: Task[Field], flow: Flow) -> Field | None:
    """Warp the momentum of the previous steps; a cut, or a dream without momentum, starts from zero."""
    if task.momentum * task.persistence == 0 or past.motion.cut:
        return None
    return nearest(resize(past.left.velocity, (flow.shape[1], flow.shape[0])), flow)


def _further(start: WarmStart, task: Task[Field]) -> Depths | None:
    """Return by how much the steps of each run are multiplied, HxW; None where they are not steered."""
    if not task.look.steer:
        return None
    height, width = start.init.shape[:2]
    each = reach(start.depths, task.look, start.gain) / np.float32(1 + len(task.again))
    return np.asarray(cv2.resize(each, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _steadied(
    dream: Field, made: Field, velocity: Field | None, kept: Trust | None, momentum: float
) -> Field:
    """Return (1 - momentum) * (dream - made) + momentum * kept * velocity; without one the step itself.

    kept: HxW; None is 1.
    """
    if velocity is None:
        return np.asarray(cv2.subtract(dream, made), np.float32)
    step = np.asarray(cv2.addWeighted(dream, 1 - momentum, made, momentum - 1, 0.0), np.float32)
    if kept is None:
        return np.asarray(cv2.scaleAdd(velocity, momentum, step), np.float32)
    return add_share(step, velocity, kept * np.float32(momentum))


def _stepped(made: Field, velocity: Field, further: Depths | None) -> Field:
    """Return clamp(made + further * velocity); further: HxW, None is 1."""
    if further is not None:
        velocity = np.asarray(cv2.multiply(velocity, of_colour(further)), np.float32)
    return clamped(cv2.add(made, velocity))


def _dreamed(runs: Sequence[Run], init: Image, image: Image) -> Image:
    """Run the engines, and mix what they dream."""
    dreams = (_run(run, [init, *run.inputs, *([image] if run.takes_frame else [])]) for run in runs)
    if len(runs) == 1:
        return next(dreams)
    # One after the other: an engine may give the same memory again.
    return reduce(np.add, (np.float32(run.share) * dream for run, dream in zip(runs, dreams, strict=True)))


def _run(run: Run, inputs: Sequence[NDArray[Any]]) -> Image:
    with running(run.engine.name):
        return run.engine.run(inputs)


def _finite(residual: Field) -> tuple[Field, bool]:
    """Restart from zero after a dream that is not finite, which would otherwise never leave the show."""
    sound = bool(np.isfinite(residual.sum()))
    return (residual if sound else np.zeros_like(residual)), sound


def _exposed(residual: Field, task: Task[Field]) -> Field:
    """Return the residual with its share of the frame before, not carried along, as a shutter sees both."""
    share = open_share(task)
    if task.past is None or share == 0:
        return residual
    before = resize(task.past.left.residual, (residual.shape[1], residual.shape[0]))
    return np.asarray(cv2.addWeighted(residual, 1 - share, before, share, 0.0), np.float32)


def _masked(residual: Field, small_grey: Grey, look: LookSettings) -> Field:
    if look.scene == 0:
        return residual
    shown = scene_mask(small_grey, (residual.shape[1], residual.shape[0]), look.scene)
    return np.asarray(cv2.multiply(residual, of_colour(shown)), np.float32)
