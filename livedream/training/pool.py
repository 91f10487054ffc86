"""The pool of dreamed pictures that the student learns from, with what the teacher says of each.

A student that has seen photos alone agrees with the teacher on photos, and on nothing that a few steps of
dreaming make of them. So the pool dreams: half of its pictures follow the teacher's gradient, half the
student's own, and all are labelled by the teacher on the way (as in DAgger, Ross et al. 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.ops.gradient import Blur, gaussian_taps, normalise
from livedream.training.photos import Crops

LONGEST_DREAM = 10
SMOOTHING_PX = 1.0
ROUGHNESS = 0.5
JITTER_PX = 8
STEP_SIZES = (0.004, 0.03)
ENLARGED = 0.3
"""Share of the ended dreams that go on at a larger size, as an octave follows another."""
WHOLE_LAYER = 0.75
"""Share of the dreams that maximise a whole layer; the others channels in which some picture stands out."""
FEWEST_CHANNELS, MOST_CHANNELS = 8, 48
ALONE = 0.8
"""Share of the dreams that maximise the deepest layer alone; the others the layers above it, too."""


@dataclass(frozen=True)
class Lessons:
    """What the teacher says of N pictures; for each tap there are controls and activations.

    image: Nx3xSxS in 0..1. gradient: Nx3xSxS, normalised. controls: NxCx1x1. activations: NxCxhxw.
    """

    image: Tensor
    gradient: Tensor
    controls: tuple[Tensor, ...]
    activations: tuple[Tensor, ...]

    def tensors(self) -> tuple[Tensor, ...]:
        """List all."""
        return self.image, self.gradient, *self.controls, *self.activations


def _lessons(tensors: list[Tensor]) -> Lessons:
    """Undo `Lessons.tensors`."""
    image, gradient, *rest = tensors
    taps = len(rest) // 2
    image = image.contiguous(memory_format=torch.channels_last)  # convolutions take half the time so
    return Lessons(image, gradient, tuple(rest[:taps]), tuple(rest[taps:]))


@dataclass(frozen=True)
class PoolPlan:
    """How a pool is kept.

    size: lessons kept; the oldest are forgotten first. group: pictures that are dreamed at a time.
    undreamed: share of the beginnings that are judged as they are and not dreamed any further.
    """

    size: int
    group: int
    undreamed: float


class Pool:
    """Dreams of one layer, ever going on, and the store of the lessons learned from them.

    teacher: the gradient at some layers; the deepest is the one dreamed of. channels: how many each
    has. crops: where dreams begin.
    """

    def __init__(self, teacher: InputGradient, channels: list[int], crops: Crops, plan: PoolPlan) -> None:
        self._teacher, self._crops, self._size, group = teacher, crops, plan.size, plan.group
        self._undreamed = plan.undreamed
        self._store: list[Tensor] = []
        self.seen = 0
        self._image = crops.draw(group)
        device = self._image.device
        self._blur = Blur(gaussian_taps(SMOOTHING_PX)).to(device)
        self._controls = [torch.zeros(group, count, 1, 1, device=device) for count in channels]
        self._step = torch.zeros(group, 1, 1, 1, device=device)
        self._own = torch.zeros(group, 1, 1, 1, dtype=torch.bool, device=device)
        self._left = [0] * group
        self._energy = torch.zeros(group, channels[-1], device=device)
        for place in range(group):
            self._restart(place)

    def draw(self, count: int) -> Lessons:
        """Pick lessons at random; `advance` must have run before."""
        places = torch.randint(min(self.seen, self._size), (count,))
        return _lessons([kept[places].float() for kept in self._store])

    @torch.no_grad()
    def advance(self, student: InputGradient) -> None:
        """Record the teacher's gradient and activations for the pictures, then dream one more step."""
        image = self._image.contiguous(memory_format=torch.channels_last)
        gradient, activations = self._teacher.with_activations(image, self._controls)
        gradient = normalise(gradient)
        self._energy = activations[-1].square().mean((2, 3))
        self._keep(Lessons(self._image, gradient, tuple(self._controls), tuple(activations)))
        own = normalise(student(image, self._controls))
        direction = torch.where(self._own, own, gradient)
        direction = normalise(self._blur(direction) + ROUGHNESS * direction)
        dreamed = torch.clamp(self._image + self._step * direction, 0, 1)
        shift_px = torch.randint(-JITTER_PX, JITTER_PX + 1, (2,)).tolist()
        self._image = torch.roll(dreamed, shift_px, (2, 3))
        self._left = [left - 1 for left in self._left]
        for place in [place for place, left in enumerate(self._left) if left < 0]:
            self._renew(place)

    def _keep(self, lessons: Lessons) -> None:
        """Write lessons over the oldest, in half precision."""
        new = lessons.tensors()
        if not self._store:
            self._store = [part.new_zeros((self._size, *part.shape[1:]), dtype=torch.half) for part in new]
        places = torch.arange(self.seen, self.seen + len(lessons.image)) % self._size
        for kept, part in zip(self._store, new, strict=True):
            kept[places] = part.half()
        self.seen += len(lessons.image)

    def _renew(self, place: int) -> None:
        """Go on with a part of the dream, enlarged, or with another photo; with another objective."""
        if torch.rand(()) < ENLARGED:
            side = self._image.shape[-1]
            part = int(side / (1.3 + 0.7 * torch.rand(()).item()))
            top, left = torch.randint(side - part + 1, (2,)).tolist()
            cut = self._image[place : place + 1, :, top : top + part, left : left + part]
            self._image[place] = F.interpolate(cut, (side, side), mode="bilinear")[0]
        else:
            self._image[place] = self._crops.draw(1)[0]
        self._restart(place)

    def _restart(self, place: int) -> None:
        low, high = STEP_SIZES
        undreamed = bool(torch.rand(()) < self._undreamed)
        self._left[place] = 0 if undreamed else int(torch.randint(1, LONGEST_DREAM + 1, ()))
        self._step[place] = low * (high / low) ** torch.rand(()).item()
        self._own[place] = bool(torch.rand(()) < 0.5)
        *above, deepest = self._controls
        deepest[place] = 1.0 if torch.rand(()) < WHOLE_LAYER else self._theme()
        alone = bool(torch.rand(()) < ALONE)
        for control in above:
            control[place] = 0.0 if alone else torch.rand(()).item()

    def _theme(self) -> Tensor:
        """Weigh the channels that stand out in one of the pictures with 1, the others with 0: Cx1x1.

        Channels that go together make a mood, such as fur or towers; random ones make none.
        """
        standing_out = (self._energy - self._energy.mean(0)) / (self._energy.std(0) + 1e-6)
        one = standing_out[int(torch.randint(len(standing_out), ()))]
        count = int(torch.randint(FEWEST_CHANNELS, MOST_CHANNELS + 1, ()))
        theme = torch.zeros_like(one)
        theme[one.topk(count).indices] = 1.0
        return theme.reshape(-1, 1, 1)
