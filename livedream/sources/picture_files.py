"""Pictures on the disk as footage: a folder of frames, a numbered series, or a single one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.sources.film import identity_of
from livedream.sources.footage import Shot, transparency_words
from livedream.sources.source_spec import IMAGE_SUFFIX, check_still
from livedream.sources.still_image import over_black
from livedream.sources.transparent import declared_size, read_transparent

NUMBER = re.compile(r"%0?(\d*)d")
"""Where a pattern such as frame_%05d.png has its number."""

MOST_MISSING = 20
"""Numbers may reach so many times as far as there are pictures to be taken for those of frames."""

STILL_SECONDS = 10.0
"""How long a film of a single picture is if nobody says."""


class PictureSeries:
    """Pictures of one size, one for each frame."""

    def __init__(self, name: str, files: Sequence[Path], rate: Fraction) -> None:
        """Look at them; files: at least one, those that are broken links left out and told.

        Raises InputError if the first is damaged, sizes differ, or one is a picture that moves.
        """
        self._files = [file for file in files if file.exists()]
        if not self._files:
            raise InputError(f"all pictures of {name} are links to files that do not exist; mend the links")
        self.name, self.rate = name, rate
        self._missing, self._is_transparent = missing_words(name, self._files, len(files)), False
        height, width = self._decoded(self._files[0]).shape[:2]
        self.size_wh = width, height
        self.length_s: float | None = float(len(self._files) / rate)
        self.identity = identity_of(self._files)
        for file in self._files:
            check_still(file)
            self._check_size(file, declared_size(file) or self.size_wh)

    @property
    def damage(self) -> str:
        """Return which pictures are missing, and whether one was transparent so far; "" for neither."""
        lost = transparency_words(self.name) if self._is_transparent else ""
        return "; ".join(words for words in (self._missing, lost) if words)

    def measured_s(self) -> float | None:
        """Return the length, which is never only declared."""
        return self.length_s

    def shots(self) -> Iterator[Shot]:
        """Decode one after the other. Raises InputError for one that is damaged."""
        for index, file in enumerate(self._files):
            begin_s, end_s = index / self.rate, (index + 1) / self.rate
            yield Shot(float(begin_s), float(end_s), partial(self._read, file))

    def _read(self, file: Path) -> Rgb:
        rgb = self._decoded(file)
        self._check_size(file, (rgb.shape[1], rgb.shape[0]))
        return rgb

    def _decoded(self, file: Path) -> Rgb:
        rgb, alpha = read_transparent(file)
        self._is_transparent |= alpha is not None
        return over_black(rgb, alpha)

    def _check_size(self, file: Path, size_wh: tuple[int, int]) -> None:
        if size_wh != self.size_wh:
            its, first = ("x".join(map(str, size)) for size in (size_wh, self.size_wh))
            raise InputError(
                f"{file} has {its} pixels, but {self._files[0].name} has {first}: all pictures of a film "
                "must have the same size"
            )


class StillFootage:
    """One picture for a while: the film of a dream that deepens."""

    def __init__(self, path: Path, rate: Fraction, seconds: float = STILL_SECONDS) -> None:
        """Read the picture. Raises InputError if it cannot be decoded."""
        self.name, self.rate = path.name, rate
        self.length_s: float | None = seconds
        rgb, alpha = read_transparent(path)
        self.damage = "" if alpha is None else transparency_words(self.name)
        self._rgb = over_black(rgb, alpha)
        height, width = self._rgb.shape[:2]
        self.size_wh = width, height
        self.identity = identity_of([path])

    def measured_s(self) -> float | None:
        """Return the length, which is never only declared."""
        return self.length_s

    def shots(self) -> Iterator[Shot]:
        """Yield the picture once, for the whole length."""
        yield Shot(0.0, self.length_s or 0.0, lambda: self._rgb)


def folder_files(folder: Path) -> list[Path]:
    """List the pictures in a folder, 2 before 10. Raises InputError if there is none."""
    try:
        files = [file for file in folder.iterdir() if IMAGE_SUFFIX.fullmatch(file.suffix)]
        files = [file for file in files if file.is_file() or not file.exists()]
    except OSError as fault:
        raise InputError(f"the folder {folder} cannot be read: {fault.strerror}") from fault
    # Names that begin with a dot are a system's own, such as the shadows that macOS leaves beside files.
    files = [file for file in files if not file.name.startswith(".")]
    if not files:
        raise InputError(f"there is no picture in the folder {folder}; give one with .png or .jpg files")
    return sorted(files, key=lambda file: natural_key(file.name))


def pattern_files(pattern: str) -> list[Path]:
    """List the files that a pattern such as frames/frame_%05d.png stands for, by their numbers.

    Raises InputError if there is none, or the pattern has no number or several in its name.
    """
    place = Path(pattern).expanduser()
    parts = NUMBER.split(place.name)
    if len(parts) != 3 or NUMBER.search(str(place.parent)):
        raise InputError(f"{pattern}: a series needs one number in its name, as in frame_%05d.png")
    digits = f"{{{parts[1]},}}" if parts[1] else "+"
    name = re.compile(re.escape(parts[0]) + rf"(\d{digits})" + re.escape(parts[2]))
    try:
        found = [
            (int(match[1]), file) for file in place.parent.iterdir() if (match := name.fullmatch(file.name))
        ]
    except OSError as fault:
        raise InputError(f"the folder {place.parent} cannot be read: {fault.strerror}") from fault
    if not found:
        raise InputError(f"there is no file {pattern}; check the folder and the number of digits")
    return [file for _, file in sorted(found)]


def missing_words(name: str, files: Sequence[Path], named: int) -> str:
    """Return which frames are missing of pictures that are numbered, in words; "" if none is.

    files: those that are there. named: how many there are with the links that lead nowhere.
    """
    gaps, broken = _gaps(files), named - len(files)
    if gaps:
        more = f" and {len(gaps) - 1} more are" if len(gaps) > 1 else " is"
        return f"{name}: {gaps[0]}{more} missing; the frames around follow each other directly"
    if broken:
        return f"{name}: {broken} of {named} pictures are links that lead nowhere, and left out"
    return ""


def _gaps(files: Sequence[Path]) -> list[str]:
    """List the names that are missing between numbered ones; empty where they are numbered otherwise."""
    matches = [re.fullmatch(r"(.*?)(\d+)(\D*)", file.name) for file in files]
    if not all(matches) or len({(match[1], match[3]) for match in matches if match}) != 1:
        return []
    there = {int(match[2]): match for match in matches if match}
    first, last = min(there), max(there)
    if last - first > MOST_MISSING * len(there):
        return []  # numbers of another kind, such as dates
    one = there[first]
    return [
        f"{one[1]}{number:0{len(one[2])}d}{one[3]}" for number in range(first, last) if number not in there
    ]


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts numbers in names as numbers: 2 before 10.

    Names that differ only in zeros or case have an order, too.
    """
    parts = [part for part in re.split(r"(\d+)", name) if part]
    numbered = [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts]
    return [*numbered, (2, 0, name)]
