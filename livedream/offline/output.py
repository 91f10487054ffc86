"""What comes out: a film, an animation or a folder of pictures, by its name."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from livedream.errors import InputError
from livedream.imaging import fitted_size
from livedream.sinks.animation import SUFFIXES as ANIMATIONS
from livedream.sinks.animation import check_animation
from livedream.sinks.image_file import SUFFIXES as PICTURES
from livedream.sinks.metadata import FILMS, check_size
from livedream.sources.source_spec import expanded
from livedream.whole_file import unfinished

Kind = Literal["film", "animation", "folder"]

FRAME_PATTERN = "frame_%05d"
_NUMBER = re.compile(r"%0?\d*d")


@dataclass(frozen=True, slots=True)
class Output:
    """Where the frames go.

    path: of the film or animation, or of the folder. pattern: names of the frames, for a folder; an
    animation's are PNG until it is whole.
    """

    path: Path
    kind: Kind
    pattern: str = FRAME_PATTERN + ".png"

    @property
    def unfinished(self) -> Path:
        """Name the folder that holds what is finished until all is."""
        return self.path.with_name(self.path.name + ".part")


def output_of(name: str, picture_format: str | None = None) -> Output:
    """Read what a person named as output.

    picture_format: png or jpg, for a folder; None for the one that the name says, or png. Raises InputError.
    """
    path = _checked_path(name)
    if "%" in path.name:
        pattern = _checked_pattern(path.name, picture_format)
        check_name(path, unfinished(path.with_name(pattern % 1)))
        return Output(_named(path.parent), "folder", pattern)
    suffix = path.suffix.lower()
    if suffix in FILMS or suffix in ANIMATIONS:
        if picture_format is not None:
            raise InputError(f"--format is for a folder of frames, and {name} is a file; leave out --format")
        check_name(path, unfinished(path))
        return Output(_behind_link(path), "film" if suffix in FILMS else "animation")
    # A folder may have a point in its name, but what looks like another kind of file is a slip.
    if re.fullmatch(r"\.[A-Za-z]\w{1,4}", suffix) and not path.is_dir():
        known = ", ".join((*FILMS, *ANIMATIONS))
        raise InputError(
            f"{name}: {suffix} is not supported; write a film or an animation ({known}), or a folder"
        )
    return Output(_named(path), "folder", f"{FRAME_PATTERN}.{_checked_format(picture_format or 'png')}")


def _checked_path(name: str) -> Path:
    if "\0" in name:
        raise InputError(f"{name!r}: a file name cannot contain a NUL character; remove it")
    path = expanded(name)
    check_name(path, path)
    return path


def _named(folder: Path) -> Path:
    """Return the folder itself, with a name at its end, from which that of the unfinished output is formed.

    Beside a link to it, frames would lie on another disk, and two names would have two locks.
    """
    if folder.name in ("", "..") or folder.is_symlink():
        folder = Path(os.path.realpath(folder))
    if not folder.name:
        raise InputError(f"{folder} is the root of a disk; choose a folder in it")
    check_name(folder, Output(folder, "folder").unfinished)
    return folder


def _behind_link(file: Path) -> Path:
    """Return the file itself, as `_named` does. Raises InputError for a link to a file of another kind."""
    if not file.is_symlink():
        return file
    target = Path(os.path.realpath(file))
    if target.suffix.lower() != file.suffix.lower():
        raise InputError(f"{file} is a link to {target}, whose name ends otherwise; choose another name")
    check_name(target, Output(target, "film").unfinished)
    return target


def _checked_pattern(pattern: str, picture_format: str | None) -> str:
    if len(_NUMBER.findall(pattern)) != 1 or pattern.count("%") != 1:
        raise InputError(f"{pattern}: frames need one number in their names, as in frame_%05d.png")
    if Path(pattern).suffix.lower() not in PICTURES:
        raise InputError(f"{pattern}: frames must be .png or .jpg")
    if picture_format is not None:
        raise InputError(f"{pattern} already sets the format; leave out --format {picture_format}")
    return pattern


def _checked_format(picture_format: str) -> str:
    if f".{picture_format.lower()}" not in PICTURES:
        raise InputError(f"--format {picture_format}: frames must be png or jpg")
    return picture_format.lower()


def size_for(output: Output, source_wh: tuple[int, int], box_wh: tuple[int, int] | None) -> tuple[int, int]:
    """Choose the size of the frames: the source's, or as large as fits the box; even for a film.

    Raises InputError if no such file can be as large.
    """
    width, height = source_wh if box_wh is None else fitted_size(source_wh, box_wh)
    if output.kind == "animation":
        check_size(output.path, (width, height), "a film")
    if output.kind == "folder":
        check_size(output.path / output.pattern, (width, height))
    if output.kind != "film":
        return width, height
    return max(2, round(width / 2) * 2), max(2, round(height / 2) * 2)


def check_output(output: Output, source: Path | None, rate: Fraction, *, overwrite: bool) -> None:
    """Check, before anything is rendered, that the output can be written; nothing is changed there.

    source: the file or folder that is rendered; None if it is none. Raises InputError.
    """
    path, parent = output.path, output.path.absolute().parent
    if source is not None:
        check_apart(output, {"the input": source})
    if not parent.is_dir():
        raise InputError(f"{path}: the folder {parent} does not exist; create it first")
    if path.exists() and path.is_dir() != (output.kind == "folder"):
        kind = "folder" if path.is_dir() else "file"
        raise InputError(f"{path} already exists as a {kind}; choose another name")
    if not overwrite:
        check_absent(output)
    if output.kind == "animation":
        check_animation(path, rate)
    check_writable(parent)


def check_absent(output: Output) -> None:
    """Raise InputError if the output is there; a folder without files of a person's is nothing yet."""
    path = output.path
    if path.exists() and not (path.is_dir() and all(_is_of_system(file) for file in path.iterdir())):
        raise InputError(f"{path} already exists; choose another name, or use --overwrite")


def _is_of_system(file: Path) -> bool:
    """Return whether a file is one that Finder and Explorer leave in folders that they have shown."""
    return file.name.lower() in (".ds_store", "desktop.ini", "thumbs.db")


def check_apart(output: Output, inputs: Mapping[str, Path]) -> None:
    """Raise InputError if an input would be written over. inputs: what each is -> a file or folder there."""
    path = output.path
    for what, file in inputs.items():
        if path.exists() and (path.samefile(file) or _is_frame(output, file)):
            raise InputError(f"{file} is {what}; choose another name for the output")


def _is_frame(output: Output, file: Path) -> bool:
    """Return whether a file lies where a frame may be written."""
    name = "(\\d+)".join(re.escape(part) for part in _NUMBER.split(output.pattern))
    inside = output.kind == "folder" and file.absolute().parent.samefile(output.path)
    return inside and re.fullmatch(name, file.name) is not None


def check_name(file: Path, unfinished: Path) -> None:
    """Raise InputError for a name that no file can have there; which are possible differs by disk.

    unfinished: what it is called while it is being written.
    """
    try:
        unfinished.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as fault:
        raise InputError(
            f"{file} cannot be written ({fault.strerror}); choose another name for the output"
        ) from fault


def check_writable(folder: Path) -> None:
    """Raise InputError unless the folder is writable, by writing: permissions differ by system."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise InputError(
            f"the folder {folder} is not writable ({fault.strerror}); choose another folder"
        ) from fault
