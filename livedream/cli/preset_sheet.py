"""`livedream presets --sheet FILE`: one picture of how every preset dreams a source."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from livedream.api import dream_frames
from livedream.cli.printed import teller
from livedream.cli.show import check_apart, opened
from livedream.cli.show_options import Options
from livedream.errors import SourceError
from livedream.frame import Rgb
from livedream.imaging import letterbox
from livedream.presets import Preset, load
from livedream.sinks.image_file import check_image_file, write_image

FRAMES = 60
"""How long each preset dreams before its picture is taken: two seconds, in which a dream has grown."""

TILE_WH, COLUMNS = (480, 270), 4


def run(options: Options, names: Sequence[str], file: Path) -> None:
    """Dream the beginning of a source with each preset and write the sheet. Raises LivedreamError."""
    console = Console()
    check_image_file(file)
    check_apart(file, options)
    frames = _frames(options)
    tiles = [("the picture", frames[-1])]
    for name in track(names, "dreaming", console=console, transient=True):
        tiles.append((name, _last_dream(frames, load(name), options, console)))
    write_image(file, laid_out(tiles))
    presets = "preset" if len(tiles) == 2 else "presets"
    console.print(f"{file}: {len(tiles) - 1} {presets}", markup=False, highlight=False)


def _frames(options: Options) -> Sequence[Rgb]:
    source, never = opened(options, options.source or "clouds", loop=True), threading.Event()
    try:
        frames = [frame.rgb for frame in (source.read(never) for _ in range(FRAMES)) if frame is not None]
    finally:
        source.close()
    if not frames:
        raise SourceError(f"{options.source} delivered no picture")
    return frames


def _last_dream(frames: Iterable[Rgb], preset: Preset, options: Options, console: Console) -> Rgb:
    """Dream frames in a row; return the last dream."""
    return deque(dream_frames(frames, preset, engine=options.engine, tell=teller(console)), maxlen=1).pop()


def laid_out(tiles: Sequence[tuple[str, Rgb]]) -> Rgb:
    """Lay pictures out in rows, each with its name in its corner; uint8 HxWx3."""
    named = [_named(name, rgb) for name, rgb in tiles]
    named += [np.zeros_like(named[0])] * (-len(named) % COLUMNS)
    rows = [np.hstack(named[start : start + COLUMNS]) for start in range(0, len(named), COLUMNS)]
    return np.vstack(rows)


def _named(name: str, rgb: Rgb) -> Rgb:
    """Scale a picture to a tile and write its name on it, white with a dark rim."""
    width, height = TILE_WH
    scale = max(width / rgb.shape[1], height / rgb.shape[0])
    enough = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tile = letterbox(np.ascontiguousarray(enough[:height, :width], np.uint8), TILE_WH).copy()
    corner_px = (12, height - 14)
    for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1)):
        _text(tile, name, (corner_px[0] + x, corner_px[1] + y), (0, 0, 0))
    _text(tile, name, corner_px, (255, 255, 255))
    return tile


def _text(tile: Rgb, text: str, corner_px: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(tile, text, corner_px, cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, 1, cv2.LINE_AA)
