"""The steps of one octave: one step, run again and again on what it has left."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from livedream.dream.inputs import SCALARS
from livedream.ops.ascent import Optimiser
from livedream.ops.fourier import InCoefficients, Spectrum
from livedream.ops.layout import as_image, as_lines
from livedream.ops.loop import Loop

STEP_GROWTH = SCALARS.index("step_growth")


class Step(nn.Module):
    """One step of gradient ascent.

    direction: where to go, as the kernel's `Direction` has it. spectrum: steps are made in its coefficients;
    None: in pixels.
    """

    def __init__(self, direction: nn.Module, optimiser: Optimiser, spectrum: Spectrum | None) -> None:
        super().__init__()
        self.direction, self.spectrum = direction, spectrum
        self.optimiser = optimiser if spectrum is None else InCoefficients(optimiser, spectrum)

    def begin(self, base: Tensor, step_size: Tensor, steps: int) -> tuple[Tensor, ...]:
        """Return what is carried into the first step: no growth, its size, what the optimiser keeps."""
        place = as_image(torch.clamp(base, 0.0, 1.0))
        nothing = base.new_zeros(1, 1, 1)
        # A single zero is dropped from a sum by every engine, so that one step alone costs nothing more.
        grown = nothing if steps == 1 else nothing.expand_as(base)
        return grown, step_size, *self.optimiser.begin(place, steps)

    def forward(
        self, carried: tuple[Tensor, ...], base: Tensor, scalars: Tensor, *others: Tensor
    ) -> tuple[Tensor, ...]:
        """Return what is carried into the next step.

        carried: what `begin` or the step before gave. base: lines. others: what the direction takes besides a
        picture and the scalars.
        """
        grown, step_size, *state = carried
        x = as_image(torch.clamp(base + grown, 0.0, 1.0))
        direction = self.direction(x, scalars, *others)
        way, after = self.optimiser.towards(direction, x, tuple(state))
        return grown + step_size * as_lines(way), step_size * scalars[STEP_GROWTH], *after


class OctaveSteps(nn.Module):
    """All steps of one octave, from the base that they are made on to what has grown on it."""

    def __init__(
        self, direction: nn.Module, optimiser: Optimiser, steps: int, spectrum: Spectrum | None = None
    ) -> None:
        super().__init__()
        self.step, self.steps = Step(direction, optimiser, spectrum), steps
        self.loop = Loop(self.step, steps)

    def forward(self, base: Tensor, scalars: Tensor, step_size: Tensor, *others: Tensor) -> Tensor:
        """Return what has grown on the base, both lines, 1xHx3W; the base may reach beyond 0..1.

        step_size: of the first step. others: as for a step.
        """
        carried = self.step.begin(base, step_size, self.steps)
        grown: Tensor = self.loop(carried, base, scalars, *others)
        return grown
