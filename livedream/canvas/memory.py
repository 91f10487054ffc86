"""The canvas in memory: OpenCV on the processor, for engines that take arrays."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np

from livedream.canvas.canvas import Left, Outcome, Past, Run, Stopwatch, Task
from livedream.composite import compose, relit, steered, toned, veil
from livedream.composite.depth import Depths, cells_hw, depth_map, next_gain, reach
from livedream.frame import Image, Rgb, to_image
from livedream.motion.flow import Grey, grey, shrink
from livedream.motion.warp import Field, carry, clamped, fit, resize, warp
from livedream.settings import LookSettings


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A frame that was finished before it was given back."""

    left: Left[Field]
    carried: Field | None
    outcome: Outcome

    @property
    def residual(self) -> Field:
        """Return what the dream adds."""
        return self.left.residual

    def finish(self) -> Outcome:
        """Give what became of it."""
        return self.outcome


@dataclass(frozen=True, slots=True, eq=False)
class WarmStart:
    """What a frame's dream starts from.

    carried: the past's residual, warped; None without one. init: HxWx3, 0..1. depths: of what it shows.
    """

    carried: Field | None
    init: Field
    depths: Depths
    gain: float


class MemoryCanvas:
    """Works on arrays; everything is done when `dream` gives back."""

    def __init__(self) -> None:
        self._shrunk: tuple[Rgb, Rgb] | None = None
        # While a frame is composed the engine rests, and with it all cores but one.
        self._beside = ThreadPoolExecutor(1, "compose")

    def grey(self, rgb: Rgb, size_hw: tuple[int, int], longest_px: int) -> Grey:
        """Make the small grey picture from the one at working size, which is kept for `dream`."""
        return grey(rgb, longest_px, shrunk=self._at_working_size(rgb, size_hw))

    def dream(self, task: Task[Field], watch: Stopwatch) -> Done:
        """Warp, dream and compose."""
        small, self._shrunk = self._at_working_size(task.rgb, task.size_hw), None
        image = np.ascontiguousarray(to_image(small)[0].transpose(1, 2, 0))
        start = _warm_start(image, task.past, task.persistence)
        watch.lap("motion")
        made, further = start.init, _further(start, task)
        for runs in filter(None, (task.runs, task.again)):
            dream = _dreamed(runs, made.transpose(2, 0, 1)[None], image.transpose(2, 0, 1)[None])
            made = _stepped(dream[0].transpose(1, 2, 0), made, further)
        watch.lap("kernel")
        residual, sound = _finite(made - image)
        residual = steered(residual, image, task.colour)
        watch.lap("residual")
        shown = _veiled(toned(relit(residual, task.look), task.colour), task.grey, task.look)
        depths = depth_map(image, shown, task.look.strength)
        elapsed_s = task.past.elapsed_s if task.past else 0.0
        gain = next_gain(start.gain, float(depths.mean()), task.look, elapsed_s)
        watch.lap("look")
        rgb = compose(task.rgb, shown, task.look.strength, self._beside)
        watch.lap("compose")
        left = Left(residual, depths, np.full((1, 1, 1), gain, np.float32))
        return Done(left, start.carried, Outcome(rgb, sound))

    def to_array(self, held: Field) -> Field:
        """Give the array itself."""
        return held

    def from_array(self, array: Field) -> Field:
        """Hold the array itself."""
        return array

    def _at_working_size(self, rgb: Rgb, size_hw: tuple[int, int]) -> Rgb:
        if self._shrunk is None or self._shrunk[0] is not rgb or self._shrunk[1].shape[:2] != size_hw:
            self._shrunk = rgb, shrink(rgb, size_hw[::-1])
        return self._shrunk[1]


def _warm_start(image: Field, past: Past[Field] | None, persistence: float) -> WarmStart:
    """Add to the picture what is left of the previous dream, where it is now."""
    height, width = cells_hw((image.shape[0], image.shape[1]))
    if past is None:
        return WarmStart(None, image, np.zeros((height, width, 1), np.float32), 1.0)
    size_wh = (image.shape[1], image.shape[0])
    flow, kept = fit(past.motion, size_wh)
    carried = warp(resize(past.left.residual, size_wh), flow)
    init = carry(image, carried, kept, persistence)
    cell_flow, cell_kept = fit(past.motion, (width, height))
    depths = warp(resize(past.left.depths, (width, height)), cell_flow)
    left = np.maximum(depths * cell_kept * np.float32(persistence), 0.0)
    return WarmStart(carried, init, left.reshape(height, width, 1), past.left.gain.item())


def _further(start: WarmStart, task: Task[Field]) -> Depths | None:
    """Say by how much the steps of each run are multiplied, HxW; None where they are not steered."""
    if not task.look.steer:
        return None
    height, width = start.init.shape[:2]
    each = reach(start.depths, task.look, start.gain) / np.float32(2 if task.again else 1)
    return np.asarray(cv2.resize(each, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _stepped(dream: Field, init: Field, further: Depths | None) -> Field:
    """Return clamp(init + further * (dream - init)); the dream itself where steps are not steered."""
    if further is None:
        return dream
    # Any weights whose sum is 1 will do.
    return clamped(cv2.blendLinear(np.ascontiguousarray(dream), init, further, 1 - further))


def _dreamed(runs: Sequence[Run], init: Image, image: Image) -> Image:
    """Run the engines, and mix what they dream."""
    dreams = (run.engine.run([init, *run.inputs, *([image] if run.takes_frame else [])]) for run in runs)
    if len(runs) == 1:
        return next(dreams)
    # One after the other: an engine may give the same memory again.
    return reduce(np.add, (np.float32(run.share) * dream for run, dream in zip(runs, dreams, strict=True)))


def _finite(residual: Field) -> tuple[Field, bool]:
    """Start anew from nothing after a dream that is no number, which would else never leave the show."""
    sound = bool(np.isfinite(residual.sum()))
    return (residual if sound else np.zeros_like(residual)), sound


def _veiled(residual: Field, small_grey: Grey, look: LookSettings) -> Field:
    if look.scene == 0:
        return residual
    shown = veil(small_grey, (residual.shape[1], residual.shape[0]), look.scene)
    return np.asarray(cv2.multiply(residual, cv2.merge([shown, shown, shown])), np.float32)
