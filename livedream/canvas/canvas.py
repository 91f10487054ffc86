"""What a canvas is: all that happens to a frame between its motion and its being shown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Generic, Protocol, TypeVar

from numpy.typing import NDArray

from livedream.engines.engine import Engine
from livedream.frame import Rgb
from livedream.motion.flow import Motion
from livedream.motion.sampling import Grey
from livedream.motion.scene_memory import Recall
from livedream.motion.warp import Field
from livedream.settings import ColourSettings, LookSettings

H = TypeVar("H")
"""How a canvas holds a field: an array HxWx3, or a tensor 1x3xHxW on its device."""

H_co = TypeVar("H_co", covariant=True)


FILM_S = 1 / 24
"""Between the frames of a film; of one that is longer ago less is seen, else it would be a second picture."""


@dataclass(slots=True)
class Stopwatch:
    """Notes the milliseconds between laps by stage."""

    stage_ms: dict[str, float] = field(default_factory=dict)
    last_s: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """End a stage."""
        now_s = time.perf_counter()
        self.stage_ms[stage] = (now_s - self.last_s) * 1e3
        self.last_s = now_s


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What is made of a frame before it is dreamed, which needs nothing of the dream.

    grey: small, what motion is measured on. small: the frame at working size; None where a device makes it.
    """

    grey: Grey
    small: Rgb | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Left(Generic[H]):
    """What the dream of a frame leaves to the next one.

    residual: what it added, HxWx3 or 1x3xHxW. velocity: where its steps went, likewise. scene: the dream of
    the scene, with what is hidden now, likewise. depths: how much of it is seen where, hxwx1 or 1x1xhxw, in
    cells as `livedream.composite.depth` has them. gain: of its bound, 1x1x1 or 1x1x1x1.
    """

    residual: H
    velocity: H
    scene: H
    depths: H
    gain: H

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """List what it holds, by name."""
        return tuple(part.name for part in fields(cls))

    def parts(self) -> tuple[H, ...]:
        """List what it holds, in the same order."""
        return tuple(getattr(self, name) for name in self.names())


@dataclass(frozen=True, slots=True, eq=False)
class Past(Generic[H]):
    """What the frame before left, and the motion from there to here, which took `elapsed_s` seconds.

    recall: what comes back of the dream of the scene; None: the frame's own dream becomes it.
    """

    left: Left[H]
    motion: Motion
    elapsed_s: float
    recall: Recall | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run of an engine.

    inputs: besides the image. takes_frame: the frame without its past is the last of them. share: of what
    it dreams in the frame's dream.
    """

    engine: Engine
    inputs: Sequence[NDArray[Any]]
    takes_frame: bool = False
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Task(Generic[H]):
    """What is to be done to a frame.

    runs: at least one; several dream the same picture, and their shares add up to 1. past: None to dream
    without a warm start. persistence: share of the past that it starts from, 0..1. momentum: share of the
    steps before in each step, 0..1. again: further passes, each going on from what the one before
    has made of it.
    """

    rgb: Rgb
    looked: Looked
    size_hw: tuple[int, int]
    runs: Sequence[Run]
    past: Past[H] | None
    persistence: float
    look: LookSettings
    colour: ColourSettings = field(default_factory=ColourSettings)
    again: Sequence[Sequence[Run]] = ()
    momentum: float = 0.0


def open_share(task: Task[Any]) -> float:
    """Return the share of the frame before in what is shown, 0..1; 0 after a cut and without a warm start."""
    if task.past is None or task.past.motion.cut:
        return 0.0
    return task.look.shutter * task.persistence * FILM_S / max(task.past.elapsed_s, FILM_S)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of a frame.

    rgb: uint8, the size of the frame. sound: whether the dream was a number everywhere; if it was not,
    the frame is as it came.
    """

    rgb: Rgb
    sound: bool


class Pending(Protocol[H_co]):
    """A frame that is being dreamed; its fields may be given on before it is finished."""

    @property
    def left(self) -> Left[Any]:
        """Return what the next frame starts from."""
        ...

    @property
    def residual(self) -> H_co:
        """Return the residual that the dream adds, at working size."""
        ...

    @property
    def carried(self) -> H_co | None:
        """Return the warped residual of the previous frame; None without one."""
        ...

    def finish(self) -> Outcome:
        """Wait for the end."""
        ...


class Canvas(Protocol[H]):
    """Holds the pictures of a dream and works on them."""

    def looked_at(self, rgb: Rgb, size_hw: tuple[int, int], longest_px: int) -> Looked:
        """Make the small pictures that are needed before a frame is dreamed; any thread."""
        ...

    def dream(self, task: Task[H], watch: Stopwatch) -> Pending[H]:
        """Warp, dream and compose; may return before the device has finished."""
        ...

    def to_array(self, held: H) -> Field:
        """Copy the picture to a HxWx3 float32 array; waits for the device."""
        ...

    def from_array(self, array: Field) -> H:
        """Hold an HxWx3 float32 array."""
        ...
