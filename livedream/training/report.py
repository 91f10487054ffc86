"""`python -m livedream.training.report`: how far a network dreams as its teacher does, and pictures of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Annotated

import cv2
import numpy as np
import torch
import typer
from rich.console import Console
from rich.table import Table
from torch import Tensor

from livedream.clock import SystemClock
from livedream.dream.catalog import network_info
from livedream.dream.inputs import frame_inputs
from livedream.dream.loading import load_network
from livedream.dream.network import Network
from livedream.dream.spec import kernel_spec
from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.presets import load, shipped
from livedream.sinks.image_file import check_image_file, write_image
from livedream.sources.source_spec import open_source
from livedream.training.command import run
from livedream.training.judge import dreamed, judge
from livedream.training.photos import read_photos, to_images
from livedream.training.student import trained_info
from livedream.training.teacher import TEACHES, load_teacher

CLIP_FRAMES, CLIP_WH = 16, (320, 180)
"""Least frames of a clip that are judged, evenly over its length, and the size that they are judged at."""

SHEET_PHOTOS = (3, 11, 22, 30, 45, 58)
"""Photos of the contact sheet, out of those kept out of training."""


def report(
    teacher: Annotated[Path, typer.Option(help="The teacher: npz of MobileNet v1 with Keras' names.")],
    photos: Annotated[Path, typer.Option(help="The tar of photos that the network was trained with.")],
    network: Annotated[Path | None, typer.Option(help="The network to judge; the shipped one.")] = None,
    clip: Annotated[str | None, typer.Option(help="A film whose frames are judged, too.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many photos and frames at most.")] = 64,
    sheet: Annotated[Path | None, typer.Option(help="A contact sheet to write: .png or .jpg.")] = None,
    preset: Annotated[list[str] | None, typer.Option(help="What is on the sheet; all moods.")] = None,
) -> None:
    """Judge a network on the photos that were kept out of its training."""
    if sheet is not None:
        check_image_file(sheet)
    student = load_network(network_info("embedded") if network is None else trained_info(network))
    its_teacher = load_teacher(teacher)
    held_out = to_images(read_photos(photos)[1])
    frames = None if clip is None else _frames(clip)[:count]
    _print(f"{min(count, len(held_out))} photos", student, its_teacher, held_out[:count])
    if clip is not None and frames is not None:
        _print(f"{len(frames)} frames of {Path(clip).name}", student, its_teacher, frames)
    if sheet is not None:
        write_image(
            sheet, contact_sheet(student, its_teacher, held_out[list(SHEET_PHOTOS)], preset or moods())
        )


def moods() -> list[str]:
    """List the presets that dream layers, and do so as the sheet does; of those with the same dream one."""
    names: dict[str, str] = {}
    for name in shipped():
        dream = load(name).settings.dream
        plain = dream.parametrisation == "pixels" and dream.channel_groups == 1
        if plain and not (dream.sequence or dream.style):
            names.setdefault(repr((dream.layers, dream.channels)), name)
    return list(names.values())


def _print(title: str, student: Network, teacher: Network, images: Tensor) -> None:
    table = Table(
        "head", "teacher's layer", "gain", "gradients, sigma 1 px", "1.5 px", "2 px", "features", title=title
    )
    for head, layer in TEACHES.items():
        for salient in (False, True) if student.info.salient.get(head) else (False,):
            verdict = judge(student, head, teacher, images, dreaming=True, salient=salient)
            figures = (verdict.gain, *verdict.gradients, verdict.features)
            name = f"{head}, salient" if salient else head
            table.add_row(name, layer, *(f"{figure:.3f}" for figure in figures))
    Console().print(table)


def _frames(clip: str) -> Tensor:
    source = open_source(clip, fps=30.0, size_wh=CLIP_WH, loop=False, clock=SystemClock())
    try:
        never = Event()
        frames = [
            cv2.resize(frame.rgb, CLIP_WH, interpolation=cv2.INTER_AREA)
            for frame in iter(lambda: source.read(never), None)
        ]
    finally:
        source.close()
    return to_images([np.asarray(rgb, np.uint8) for rgb in frames[:: max(1, len(frames) // CLIP_FRAMES)]])


def contact_sheet(student: Network, teacher: Network, images: Tensor, presets: Sequence[str]) -> Rgb:
    """Lay out photos (rows) and dreams of them: the photo, then teacher and student for each preset."""
    columns = [images]
    for name in presets:
        dream = load(name).settings.dream
        spec = kernel_spec(dream, (int(images.shape[2]), int(images.shape[3])))
        # The teacher has no salient channels: both dream them all.
        spec = replace(spec, taps=tuple(replace(tap, salient=False) for tap in spec.taps))
        inputs = frame_inputs(spec, dream, 1)[2:]
        controls = {layer: torch.from_numpy(array) for layer, array in zip(spec.layers, inputs, strict=True)}
        theirs = {_taught(layer): control for layer, control in controls.items()}
        columns += [dreamed(teacher, theirs, images, dream.smoothing_px)]
        columns += [dreamed(student, controls, images, dream.smoothing_px)]
    rows = torch.cat(columns, dim=3)
    pixels = torch.cat(list(rows), dim=1).permute(1, 2, 0)
    return np.asarray((pixels * 255).round().to(torch.uint8).numpy(), np.uint8)


def _taught(layer: str) -> str:
    if layer not in TEACHES:
        raise InputError(f"the teacher has no counterpart of the layer {layer}, only of {', '.join(TEACHES)}")
    return TEACHES[layer]


if __name__ == "__main__":
    sys.exit(run(report))
