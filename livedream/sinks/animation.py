"""Pictures that move by themselves in a web page: GIF and WebP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from PIL import Image

from livedream.errors import InputError
from livedream.sinks.metadata import exif_with
from livedream.sinks.segments import to_disk, told
from livedream.whole_file import finished_or_gone

SUFFIXES = (".gif", ".webp")

FASTEST_GIF = 50
"""Frames a second; players slow down what is shorter than two hundredths of a second."""

WEBP_QUALITY = 85


def check_animation(file: Path, rate: Fraction) -> None:
    """Raise InputError if a file cannot move at a rate."""
    if file.suffix.lower() == ".gif" and rate > FASTEST_GIF:
        raise InputError(f"{file}: a GIF shows at most {FASTEST_GIF} frames a second; use --fps 25")


def write_animation(file: Path, pictures: Sequence[Path], rate: Fraction, comment: str) -> None:
    """Write pictures as an animation that repeats for ever, whole or not at all. Raises SinkError."""
    first, *rest = pictures
    gif = file.suffix.lower() == ".gif"
    tick_s = Fraction(1, 100 if gif else 1000)
    options = {"comment": comment.encode()} if gif else {"exif": exif_with(comment), "quality": WEBP_QUALITY}
    with told(file), finished_or_gone(file) as beside:
        _opened(first, gif).save(
            beside,
            file.suffix[1:].upper(),
            save_all=True,
            append_images=_each(rest, gif),
            duration=_durations_ms(len(pictures), rate, tick_s),
            loop=0,
            **options,
        )
        to_disk(beside)  # before its pictures are removed
        beside.replace(file)


def _each(pictures: Sequence[Path], gif: bool) -> Iterator[Image.Image]:
    for picture in pictures:
        yield _opened(picture, gif)


def _opened(picture: Path, gif: bool) -> Image.Image:
    with Image.open(picture) as image:
        rgb = image.convert("RGB")
    if not gif:
        return rgb
    return rgb.quantize(palette=rgb.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)


def _durations_ms(frames: int, rate: Fraction, tick_s: Fraction) -> list[int]:
    """Return each frame's duration in ms, of whole ticks, with each frame as near its time as possible."""
    ticks = [round(index / rate / tick_s) for index in range(frames + 1)]
    return [int((after - before) * tick_s * 1000) for before, after in pairwise(ticks)]
