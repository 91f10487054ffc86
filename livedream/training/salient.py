"""`python -m livedream.training.salient`: note in a network which channels of its heads stand out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import torch
import typer
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from livedream.dream.catalog import SALIENT
from livedream.dream.input_gradient import InputGradient
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.objective import L2
from livedream.errors import InputError
from livedream.training.command import run
from livedream.training.photos import read_photos, to_images
from livedream.training.student import trained_info
from livedream.training.teacher import TEACHES
from livedream.whole_file import write_whole

AT_ONCE = 8


def salient(
    network: Annotated[Path, typer.Argument(help="A trained network; the notes are added to its file.")],
    photos: Annotated[Path, typer.Option(help="The tar of photos that the network was trained with.")],
    head: Annotated[list[str], typer.Option(help="A head to note channels of; may be given several times.")],
    share: Annotated[float, typer.Option(min=0.01, max=1, help="Share of its channels.")] = 0.5,
    count: Annotated[int, typer.Option(min=1, help="How many photos are looked at, at most.")] = 256,
) -> None:
    """Note the channels that photos excite most: a dream of all of a head is made of those alone."""
    if unknown := [name for name in head if name not in TEACHES]:
        raise InputError(f"--head {unknown[0]}: there is no such head; choose of {', '.join(TEACHES)}")
    student = load_network(trained_info(network))
    weights, noted = _as_it_is(network)
    images = to_images(read_photos(photos)[0][:count])
    notes = {SALIENT + name: _numbers(loudness(student, name, images), share) for name in head}
    content = to_bytes(weights, metadata=noted | notes)
    try:
        write_whole(network, lambda stream: stream.write(content))
    except OSError as fault:
        raise InputError(f"{network} cannot be written ({fault.strerror}); nothing is noted") from fault


def _as_it_is(network: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read a network's weights in the precision that they have, and its notes. Raises InputError."""
    try:
        with safe_open(network, "pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata() or {}  # noqa: SIM118
    except SafetensorError as fault:
        raise InputError(f"{network} is no safetensors file, so that nothing can be noted in it") from fault


@torch.no_grad()
def loudness(network: Network, head: str, images: Tensor) -> Tensor:
    """Return the mean square of each channel's activations on NCHW images in 0..1: C."""
    activations = InputGradient(network, [(head, L2())]).activations
    seen = [activations(batch)[0].square().mean(dim=(2, 3)) for batch in torch.split(images, AT_ONCE)]
    return torch.cat(seen).mean(dim=0)


def _numbers(loudness: Tensor, share: float) -> str:
    """List the loudest channels in ascending order."""
    loudest = loudness.argsort(descending=True, stable=True)[: max(1, round(share * len(loudness)))]
    return " ".join(str(number) for number in sorted(loudest.tolist()))


if __name__ == "__main__":
    sys.exit(run(salient))
