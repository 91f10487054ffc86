"""From the words that a person gives to footage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from livedream.errors import InputError
from livedream.sources.clouds.sky import Sky
from livedream.sources.film import Film
from livedream.sources.footage import Footage, Shot, slot_at
from livedream.sources.picture_files import (
    NUMBER,
    STILL_SECONDS,
    PictureSeries,
    StillFootage,
    folder_files,
    pattern_files,
)
from livedream.sources.source_spec import WORDS, checked_start, expanded, is_image, missing_file

KEPT = "give a film, a folder of pictures, a picture or clouds"
"""What has a beginning to which a reader can return."""

PICTURES_FPS = Fraction(30)
"""Of pictures, which have no rate of their own."""


@dataclass(frozen=True, slots=True)
class FootageRequest:
    """How what has no time or size of its own is to be: pictures and clouds.

    rate: frames a second, None for 30. seconds: length of a single picture or of the clouds, None
    for ten.
    """

    rate: Fraction | None = None
    seconds: float | None = None
    size_wh: tuple[int, int] = (1280, 720)


class CloudFootage:
    """The drifting sky that comes with livedream, for a while."""

    identity = "clouds"

    def __init__(self, size_wh: tuple[int, int], rate: Fraction, seconds: float) -> None:
        self.name, self.size_wh, self.rate, self.damage = "clouds", size_wh, rate, ""
        self.length_s: float | None = seconds
        self._sky = Sky(size_wh, 0)

    def measured_s(self) -> float | None:
        """Return the length that was asked for."""
        return self.length_s

    def shots(self) -> Iterator[Shot]:
        """Paint one picture after the other."""
        for index in range(max(1, slot_at(self.length_s or 0.0, self.rate))):
            begin_s, end_s = float(index / self.rate), float((index + 1) / self.rate)
            yield Shot(begin_s, end_s, partial(self._sky.at, begin_s))


def open_footage(spec: str, request: FootageRequest) -> Footage:
    """Open a film, a picture, a folder of pictures, a series such as frame_%05d.png, or clouds.

    Raises InputError if it cannot be read, or if a length is wished for what has its own.
    """
    rate, seconds = request.rate or PICTURES_FPS, request.seconds or STILL_SECONDS
    if spec == "clouds":
        return CloudFootage(request.size_wh, rate, seconds)
    path = expanded(spec)
    if not path.is_dir() and not path.exists() and NUMBER.search(spec):
        return _series(spec, request, PictureSeries(path.name, pattern_files(spec), rate))
    _check_kept(spec, path)
    if path.is_dir():
        return _series(spec, request, PictureSeries(path.resolve().name, folder_files(path), rate))
    if is_image(path, checked_start(spec, path)):
        return StillFootage(path, rate, seconds)
    return _series(spec, request, Film(path))


def _check_kept(spec: str, path: Path) -> None:
    """Raise InputError for what is no file or folder: the words and addresses of live sources, a slip."""
    if path.exists():
        return
    word = spec.partition(":")[0]
    if re.match(r"[A-Za-z][\w+.-]+://", spec):
        raise InputError(f"{spec} is an address, which only live takes: {KEPT}.")
    if WORDS.get(word) == "camera":
        raise InputError(
            f"{spec} is live, and cannot be read twice: {KEPT}; livedream --record FILE keeps a show."
        )
    if WORDS.get(word) == "clouds":
        raise InputError(f"there is no file {spec}: for the clouds give clouds, and --seconds for how long.")
    raise InputError(
        missing_file(spec, path, {"clouds": "clouds", "sky": "clouds"}, f"check the path; {KEPT}.")
    )


def _series(spec: str, request: FootageRequest, footage: Footage) -> Footage:
    if request.seconds is not None:
        raise InputError(f"--seconds is for a single picture; {spec} has its own length: use --end instead")
    return footage
