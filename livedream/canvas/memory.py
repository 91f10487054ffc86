"""The canvas in memory: OpenCV on the processor, for engines that take arrays."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np

from livedream.canvas.canvas import Outcome, Past, Run, Stopwatch, Task
from livedream.composite import compose, steered, toned, veil
from livedream.frame import Image, Rgb, to_image
from livedream.motion.flow import Grey, grey, shrink
from livedream.motion.warp import Field, carry, fit, resize, warp
from livedream.settings import LookSettings


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """A frame that was finished before it was given back."""

    residual: Field
    carried: Field | None
    outcome: Outcome

    def finish(self) -> Outcome:
        """Give what became of it."""
        return self.outcome


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
        carried, init = _warm_start(image, task.past, task.persistence)
        watch.lap("motion")
        dream = _dreamed(task.runs, init.transpose(2, 0, 1)[None], image.transpose(2, 0, 1)[None])
        watch.lap("kernel")
        residual, sound = _finite(dream[0].transpose(1, 2, 0) - image)
        residual = steered(residual, image, task.colour)
        watch.lap("residual")
        shown = _veiled(toned(residual, task.colour), task.grey, task.look)
        watch.lap("veil")
        rgb = compose(task.rgb, shown, task.look.strength, self._beside)
        watch.lap("compose")
        return Done(residual, carried, Outcome(rgb, sound))

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


def _warm_start(image: Field, past: Past[Field] | None, persistence: float) -> tuple[Field | None, Field]:
    """Add to the picture what is left of the previous dream, where it is now: (that, the sum)."""
    if past is None:
        return None, image
    size_wh = (image.shape[1], image.shape[0])
    flow, trust = fit(past.motion, size_wh)
    carried = warp(resize(past.residual, size_wh), flow)
    return carried, carry(image, carried, trust, persistence)


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
