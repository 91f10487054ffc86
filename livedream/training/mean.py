"""`python -m livedream.training.mean`: one network from several that grew out of the same beginning."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from livedream.errors import InputError
from livedream.training.command import run
from livedream.training.student import new_student, save, take_over, weights_of


def mean(
    networks: Annotated[list[Path], typer.Argument(help="Trained networks.")],
    out: Annotated[Path, typer.Option(help="The network that their weights have in the mean.")],
) -> None:
    """Take the mean of networks' weights: it sees as they do, with less of what each got wrong by chance.

    They have to have grown out of the same network (Wortsman et al., "Model soups", 2022).
    """
    if out in networks:
        raise InputError(f"--out {out} is one of the networks; choose another name")
    student = new_student(0)
    weights = weights_of(student)
    sums = {name: weight.double() * 0 for name, weight in weights.items()}
    for file in networks:
        take_over(student, file)
        for name, weight in weights.items():
            sums[name] += weight / len(networks)
    save(sums, out)


if __name__ == "__main__":
    sys.exit(run(mean))
