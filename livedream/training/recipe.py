"""The recipe: first learn to see what the teacher sees, then to dream where it would."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livedream.dream.input_gradient import InputGradient
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.training.match import BLOCKS_PX, feature_error, gradient_error, gradient_match
from livedream.training.muon import Muon
from livedream.training.photos import Crops
from livedream.training.pool import Lessons, Pool, PoolPlan
from livedream.training.student import balance, new_student, take_over, weights_of
from livedream.training.teacher import TEACHES

HEADS = tuple(TEACHES)
TURNS = ("head.8", "head.6", "head.8", "head.4", "head.6", "head.8", "head.6", "head.11")
"""Which head a step is about, in turn: eyes and patterns are dreamed most."""

WARM_UP_STEPS, COOL_DOWN = 100, 0.8
"""Steps over which the rates rise, and the share of all steps over which they fall to nothing."""

ADAM_RATE = 0.25
"""Adam's rate as a share of Muon's."""


@dataclass(frozen=True)
class Recipe:
    """All that decides a training, besides the teacher and the photos.

    steps: of learning, of which the first seeing_steps look at activations alone. batch: pictures a
    step. side_px: of the crops. advance: steps between two advances of a pool. pool: lessons kept for
    each head. undreamed: share of the beginnings that are judged and not dreamed any further. rate: of
    matrices (Muon); depthwise kernels and biases learn by Adam at a quarter of it. feature_weight: of
    activations beside gradients. memory: of the moving average that is saved.
    """

    steps: int = 22_500
    seeing_steps: int = 3_000
    batch: int = 16
    side_px: int = 128
    advance: int = 4
    pool: int = 1024
    undreamed: float = 0.65
    rate: float = 0.02
    feature_weight: float = 1.0
    memory: float = 0.998
    seed: int = 1


class Training:
    """A student on its way; `state` and `restore` carry it over an interruption.

    start: a network to go on from, such as the shipped one; None begins from nothing.
    """

    def __init__(
        self,
        recipe: Recipe,
        teacher: Network,
        photos: list[Rgb],
        device: torch.device,
        start: Path | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.step_number = recipe, 0
        self._device = device
        crops = Crops(photos, recipe.side_px, np.random.default_rng(recipe.seed), device)
        self.student = new_student(recipe.seed).to(device)
        taps = {head: HEADS[: place + 1] for place, head in enumerate(HEADS)}
        self._gradients = {head: InputGradient(self.student, _l2(taps[head])) for head in HEADS}
        self._pools = {
            head: _pool(teacher, [TEACHES[tap] for tap in taps[head]], crops, recipe) for head in HEADS
        }
        self._spread = self._prepare(teacher, crops, start)
        self._average = {name: weight.clone() for name, weight in weights_of(self.student).items()}
        self._matrices, self._muon, self._adam = self._optimisers()

    def _prepare(self, teacher: Network, crops: Crops, start: Path | None) -> list[Tensor]:
        """Make the student's first weights; return the spread of each channel of the teacher's layers."""
        images = crops.draw(4 * self.recipe.batch)
        seen = _activations(teacher, images)
        if start is None:
            balance(self.student, images, dict(zip(HEADS, seen, strict=True)))
        else:
            take_over(self.student, start)
        return [activations.std((0, 2, 3), keepdim=True).clamp_min(0.02) for activations in seen]

    def _optimisers(self) -> tuple[list[tuple[Tensor, Tensor]], Muon, torch.optim.Adam]:
        """Build Muon for matrices, flattened to two dimensions, and Adam for the rest."""
        weights = list(self.student.parameters())
        is_matrix = [weight.dim() == 4 and weight.shape[1] > 1 for weight in weights]
        matrices = [w for w, yes in zip(weights, is_matrix, strict=True) if yes]
        flat = [torch.nn.Parameter(w.detach().view(len(w), -1)) for w in matrices]
        muon = Muon(flat, self.recipe.rate)
        others = [w for w, yes in zip(weights, is_matrix, strict=True) if not yes]
        adam = torch.optim.Adam(others, lr=self.recipe.rate * ADAM_RATE, betas=(0.9, 0.99))
        return list(zip(matrices, flat, strict=True)), muon, adam

    @property
    def ended(self) -> bool:
        """Return whether all steps are done."""
        return self.step_number >= self.recipe.steps

    def step(self) -> dict[str, float]:
        """Learn one step; return what was measured on the way, under names."""
        seeing = self.step_number < self.recipe.seeing_steps
        head = HEADS[-1] if seeing else TURNS[self.step_number % len(TURNS)]
        self._advance(head, seeing)
        lessons = self._pools[head].draw(self.recipe.batch)
        error, figures = self._see(head, lessons) if seeing else self._dream(head, lessons)
        self._learn(error)
        self.step_number += 1
        return figures

    def _advance(self, head: str, seeing: bool) -> None:
        """Advance the pool of a head when it is due; a new one until a quarter is full."""
        pool, recipe = self._pools[head], self.recipe
        every = recipe.advance if seeing else recipe.advance * len(TURNS)
        due = self.step_number % every < (1 if seeing else len(TURNS))
        while due or pool.seen < recipe.pool // 4:
            pool.advance(self._gradients[head])
            due = False

    def _see(self, head: str, lessons: Lessons) -> tuple[Tensor, dict[str, float]]:
        activations = self._gradients[head].activations(lessons.image)
        errors = self._feature_errors(activations, lessons)
        return errors.sum(), _named("seen", errors)

    def _dream(self, head: str, lessons: Lessons) -> tuple[Tensor, dict[str, float]]:
        gradient, activations = self._gradients[head].with_activations(lessons.image, lessons.controls)
        matches = gradient_match(gradient, lessons.gradient)
        errors = self._feature_errors(activations, lessons)
        error = gradient_error(matches) + self.recipe.feature_weight * errors.mean()
        means = zip(BLOCKS_PX, matches.detach().mean(0).tolist(), strict=True)
        named = {f"match.{head}.{px}px": value for px, value in means}
        return error, named | _named("seen", errors)

    def _feature_errors(self, activations: list[Tensor], lessons: Lessons) -> Tensor:
        taught = zip(activations, lessons.activations, self._spread, strict=False)
        return torch.stack([feature_error(*each) for each in taught])

    def _learn(self, error: Tensor) -> None:
        self.student.zero_grad()
        error.backward()  # type: ignore[no-untyped-call]
        for weight, flat in self._matrices:
            flat.grad = None if weight.grad is None else weight.grad.view_as(flat)
        factor = self._rate()
        self._muon.param_groups[0]["lr"] = factor * self.recipe.rate
        self._adam.param_groups[0]["lr"] = factor * self.recipe.rate * ADAM_RATE
        self._muon.step()
        self._adam.step()
        keep = min(self.recipe.memory, self.step_number / (self.step_number + 10))
        for name, weight in weights_of(self.student).items():
            self._average[name].lerp_(weight, 1 - keep)

    def _rate(self) -> float:
        """Return the factor on the learning rates: warm-up, level, then linear decay to 0."""
        left = 1 - self.step_number / self.recipe.steps
        return min(1.0, (self.step_number + 1) / WARM_UP_STEPS, left / COOL_DOWN)

    def weights(self) -> dict[str, Tensor]:
        """Return the averaged weights, which are those to keep."""
        return self._average

    def averaged(self) -> Network:
        """Build a student with the averaged weights."""
        network = new_student(self.recipe.seed).to(self._device).requires_grad_(False)
        for name, weight in weights_of(network).items():
            weight.copy_(self._average[name])
        return network

    def state(self) -> dict[str, Any]:
        """Return all that an interrupted training needs; the pools dream anew."""
        return {
            "recipe": asdict(self.recipe),
            "step": self.step_number,
            "spread": self._spread,
            "weights": weights_of(self.student),
            "average": self._average,
            "muon": self._muon.state_dict(),
            "adam": self._adam.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`. Raises InputError if it is another recipe's."""
        if state["recipe"] != asdict(self.recipe):
            raise InputError("the checkpoint was made by another recipe; remove it or give the same options")
        torch.manual_seed(self.recipe.seed + state["step"])
        self.step_number, self._spread = state["step"], state["spread"]
        for name, weight in weights_of(self.student).items():
            weight.copy_(state["weights"][name])
        self._average = state["average"]
        self._muon.load_state_dict(state["muon"])
        self._adam.load_state_dict(state["adam"])


def _l2(layers: tuple[str, ...] | list[str]) -> list[tuple[str, L2]]:
    return [(layer, L2()) for layer in layers]


def _pool(teacher: Network, layers: list[str], crops: Crops, recipe: Recipe) -> Pool:
    channels = [teacher.info.layers[layer] for layer in layers]
    plan = PoolPlan(recipe.pool, recipe.batch, recipe.undreamed)
    return Pool(InputGradient(teacher, _l2(layers)), channels, crops, plan)


@torch.no_grad()
def _activations(teacher: Network, images: Tensor) -> list[Tensor]:
    return InputGradient(teacher, _l2(list(TEACHES.values()))).activations(images)


def _named(what: str, errors: Tensor) -> dict[str, float]:
    return {f"{what}.{head}": value for head, value in zip(HEADS, errors.detach().tolist(), strict=False)}
