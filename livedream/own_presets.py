"""A person's own presets: files in a folder, one for each."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

from livedream.errors import InputError
from livedream.presets import Preset, load_own, own, own_folder, save, shipped

LONGEST = 40
"""Letters of a name."""

DEVICES = {"con", "prn", "aux", "nul"} | {f"{kind}{digit}" for kind in ("com", "lpt") for digit in range(10)}
"""Names that Windows keeps for itself."""


class OwnPresets:
    """Keeps presets in a folder, the person's own one by default."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or own_folder()

    def load(self, complain: Callable[[str], None]) -> list[Preset]:
        """Load all, in their order, then by name; complain: takes a sentence for each that is damaged."""
        found = []
        for name in own(self.folder):
            try:
                found.append(load_own(self._path(name)))
            except InputError as fault:
                complain(f"{fault}; it is left out")
        return sorted(found, key=lambda preset: (preset.order or inf, preset.name))

    def check_name(self, name: str, presets: Sequence[Preset]) -> str:
        """Return a name, tidied, for a new preset beside others. Raises InputError if it will not do."""
        tidy = check_name(name)
        if tidy.casefold() in self._taken(presets):
            raise InputError(f"there is a preset {tidy!r} already; choose another name")
        return tidy

    def free_name(self, like: str, presets: Sequence[Preset]) -> str:
        """Return a name that is not taken: like "eyes", with a number."""
        stem, taken = like.rstrip("0123456789").rstrip()[: LONGEST - 4] or "look", self._taken(presets)
        names = (f"{stem} {number}" for number in itertools.count(2))
        return next(name for name in names if name.casefold() not in taken)

    def update(self, before: Sequence[Preset], after: Sequence[Preset]) -> None:
        """Write what is new in `after`, and delete what is no longer in it. Raises InputError.

        What was set on top of a file for one show stays out of it.
        """
        old, new = _own(before), _own(after)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise InputError(f"the folder {self.folder} cannot be made: {fault.strerror}") from fault
        for name, preset in new.items():
            if old.get(name) is not preset:
                settings = preset.in_file or preset.settings
                save(self._path(name), settings, preset.description, preset.rows, preset.order)
        for name in old.keys() - new.keys():
            self._delete(self._path(name))

    def _taken(self, presets: Sequence[Preset]) -> set[str]:
        names = (*shipped(), *(preset.name for preset in presets), *own(self.folder))
        return {name.casefold() for name in names}

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            raise InputError(f"the preset {path} cannot be deleted: {fault.strerror}") from fault

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.toml"


def check_name(name: str) -> str:
    """Return a preset's name, tidied, if any system can have a file of it. Raises InputError."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy:
        raise InputError("a preset needs a name: type one")
    if len(tidy) > LONGEST:
        raise InputError(f"the name {tidy[:LONGEST]}... is too long: {LONGEST} letters at most")
    odd = next((letter for letter in tidy if not (letter.isalnum() or letter in " -_'")), None)
    if odd is not None:
        raise InputError(f"the name {tidy!r} has a {odd!r}: letters, figures, spaces, - and _ will do")
    if not tidy[0].isalnum() or tidy.isdecimal():
        raise InputError(f"the name {tidy!r} will not do: begin with a letter, and not with figures alone")
    if tidy.casefold() in DEVICES:
        raise InputError(f"the name {tidy!r} is kept for Windows' devices; choose another name")
    return tidy


def as_own(name: str, like: Preset, beside: Iterable[Preset]) -> Preset:
    """Return a preset as one's own, the last in order."""
    last = max((preset.order for preset in beside if preset.is_own), default=0)
    return replace(like, name=name, is_own=True, order=last + 1)


def _own(presets: Sequence[Preset]) -> dict[str, Preset]:
    return {preset.name: preset for preset in presets if preset.is_own}
