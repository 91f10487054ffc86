"""Pictures that move by themselves in a web page: GIF and WebP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from PIL import Image
from PIL.GifImagePlugin import getdata, getheader

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


def write_animation(
    file: Path,
    pictures: Sequence[Path],
    rate: Fraction,
    comment: str,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Write pictures as an animation that repeats for ever, whole or not at all.

    check: called when all is written, before the file is there; raises what is in its way. Raises SinkError.
    """
    gif = file.suffix.lower() == ".gif"
    durations_ms = _durations_ms(len(pictures), rate, Fraction(1, 100 if gif else 1000))
    write = _write_gif if gif else _write_webp
    with told(file), finished_or_gone(file) as beside:
        write(beside, pictures, durations_ms, comment)
        to_disk(beside)  # before its pictures are removed
        check()
        beside.replace(file)


def _write_gif(file: Path, pictures: Sequence[Path], durations_ms: list[int], comment: str) -> None:
    """Write frame by frame: Pillow's own way to save holds all of them in memory."""
    with file.open("wb") as into:
        for number, (picture, duration_ms) in enumerate(zip(pictures, durations_ms, strict=True)):
            rgb = _opened(picture)
            frame = rgb.quantize(palette=rgb.quantize(256), dither=Image.Dither.FLOYDSTEINBERG)
            if number == 0:
                into.writelines(getheader(frame, info={"loop": 0, "comment": comment.encode()})[0])
            into.writelines(getdata(frame, duration=duration_ms, include_color_table=number > 0))
        into.write(b";")


def _write_webp(file: Path, pictures: Sequence[Path], durations_ms: list[int], comment: str) -> None:
    _Pictures(pictures).save(
        file,
        "WEBP",
        save_all=True,
        duration=durations_ms,
        loop=0,
        exif=exif_with(comment),
        quality=WEBP_QUALITY,
    )


class _Pictures(Image.Image):
    """Pictures on the disk as one that has frames, for Pillow, of which it holds one at a time."""

    def __init__(self, pictures: Sequence[Path]) -> None:
        super().__init__()
        self._pictures, self.n_frames = pictures, len(pictures)
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Take a frame."""
        rgb = _opened(self._pictures[frame])
        self.im, self._mode, self._size, self._frame = rgb.im, rgb.mode, rgb.size, frame

    def tell(self) -> int:
        """Return which frame it is, from 0."""
        return self._frame


def _opened(picture: Path) -> Image.Image:
    with Image.open(picture) as image:
        return image.convert("RGB")


def _durations_ms(frames: int, rate: Fraction, tick_s: Fraction) -> list[int]:
    """Return each frame's duration in ms, of whole ticks, with each frame as near its time as possible."""
    ticks = [round(index / rate / tick_s) for index in range(frames + 1)]
    return [int((after - before) * tick_s * 1000) for before, after in pairwise(ticks)]
