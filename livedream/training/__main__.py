"""`python -m livedream.training`: train the embedded network."""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from livedream.dream.network import Network
from livedream.errors import InputError
from livedream.training.command import run
from livedream.training.judge import judge
from livedream.training.photos import read_photos, to_images
from livedream.training.recipe import Recipe, Training
from livedream.training.student import save
from livedream.training.teacher import TEACHES, load_teacher

SAVE_EVERY = 500
"""Steps between two checkpoints, each with a line of the log."""


def train(
    teacher: Annotated[Path, typer.Option(help="The teacher: npz of MobileNet v1 with Keras' names.")],
    photos: Annotated[Path, typer.Option(help="What to learn from: tar of photos, all of one size.")],
    out: Annotated[Path, typer.Option(help="The network: safetensors in half precision.")],
    start: Annotated[
        Path | None, typer.Option(help="A network to continue from, for example with new photos.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Steps of learning.")] = Recipe.steps,
    seeing_steps: Annotated[
        int, typer.Option(min=0, help="How many of the first steps learn only to see.")
    ] = Recipe.seeing_steps,
    batch: Annotated[int, typer.Option(min=1, help="Pictures per step; a large GPU fits 64.")] = Recipe.batch,
    side: Annotated[int, typer.Option(min=64, help="Pixels on each side of the crops.")] = Recipe.side_px,
    undreamed: Annotated[
        float, typer.Option(min=0, max=1, help="Share of pictures that are not dreamed any further.")
    ] = Recipe.undreamed,
    rate: Annotated[
        float, typer.Option(min=1e-6, help="Learning rate; use half of it to continue from a network.")
    ] = Recipe.rate,
    seed: Annotated[int, typer.Option(help="Random seed.")] = Recipe.seed,
    device: Annotated[str, typer.Option(help="Device: cpu, cuda, cuda:1, ...")] = "cpu",
) -> None:
    """Train the embedded network: it learns to see and to dream like the teacher.

    A training that was interrupted goes on from its checkpoint when it is run again.
    """
    _check_folder(out)
    learn_from, held_out = read_photos(photos)
    at = _device(device)
    its_teacher = load_teacher(teacher).to(at)
    recipe = Recipe(
        steps=steps,
        seeing_steps=seeing_steps,
        batch=batch,
        side_px=side,
        undreamed=undreamed,
        rate=rate,
        seed=seed,
    )
    training = Training(recipe, its_teacher, learn_from, at, start)
    checkpoint, log = (out.with_name(f"{out.name}.{end}") for end in ("checkpoint", "log.jsonl"))
    if checkpoint.exists():
        training.restore(torch.load(checkpoint, map_location=at, weights_only=True))
    judged = to_images(held_out)[:16].to(at)

    def report(figures: Mapping[str, float]) -> None:
        line = {"step": training.step_number, "held_out": _verdicts(training, its_teacher, judged), **figures}
        with log.open("a") as lines:
            lines.write(json.dumps(line) + "\n")
        _save(training, out, checkpoint)

    _run(training, report)


def _check_folder(out: Path) -> None:
    if not out.resolve().parent.is_dir():
        raise InputError(
            f"the network cannot be written to {out}: the folder {out.parent} does not exist; create it first"
        )


def _verdicts(training: Training, teacher: Network, images: torch.Tensor) -> dict[str, list[float]]:
    """Return how like the teacher's each head sees and dreams: the gradients' cosines, then the features'."""
    student = training.averaged()
    verdicts = {head: judge(student, head, teacher, images, dreaming=False) for head in TEACHES}
    return {head: [*verdict.gradients, verdict.features] for head, verdict in verdicts.items()}


def _run(training: Training, report: Callable[[Mapping[str, float]], None]) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=training.recipe.steps, completed=training.step_number)
        sums: dict[str, list[float]] = defaultdict(list)
        began_s = time.monotonic()
        while not training.ended:
            for name, value in training.step().items():
                sums[name].append(value)
            progress.update(task, completed=training.step_number)
            if training.step_number % SAVE_EVERY == 0 or training.ended:
                means = {name: round(sum(values) / len(values), 4) for name, values in sums.items()}
                report({"seconds": round(time.monotonic() - began_s, 1), **means})
                sums.clear()


def _save(training: Training, out: Path, checkpoint: Path) -> None:
    save(training.weights(), out)
    partial = checkpoint.with_name(checkpoint.name + ".part")
    torch.save(training.state(), partial)
    partial.replace(checkpoint)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError) as fault:
        raise InputError(f"the device {name!r} cannot be used: {str(fault).splitlines()[0]}") from fault
    return device


if __name__ == "__main__":
    sys.exit(run(train))
