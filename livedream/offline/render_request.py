"""What a person asked of a render, in the words of the command's options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from livedream.engines.maker import Choice
from livedream.resources import DEFAULT_PRESET
from livedream.settings.modulation_row import ModulationRow
from livedream.sources.source_spec import expanded

FILE_WORDS = ("timeline", "first_frame", "sound_file", "audio")
"""The words that name files besides the source and the preset."""


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """What a person asked for, in the words of the command's options; None: not said.

    size_wh: the box that frames are to fit in. fps: frames a second that come out. preview: width.
    sound_file: in place of the source's sound. changes: of settings, word -> value. moves: rows of the
    modulation matrix, over those of presets. audio: what these listen to, in place of the film's sound. bpm:
    of waves that go by beats.
    """

    source: str
    output: str
    preset: str = DEFAULT_PRESET
    assignments: Sequence[str] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    engine: Choice = "auto"
    seed: int = 0
    size_wh: tuple[int, int] | None = None
    fps: Fraction | None = None
    start: str | None = None
    end: str | None = None
    seconds: float | None = None
    preview: int | None = None
    picture_format: str | None = None
    timeline: Path | None = None
    first_frame: Path | None = None
    sound: bool = True
    sound_file: Path | None = None
    moves: tuple[ModulationRow, ...] = ()
    audio: Path | None = None
    bpm: float | None = None
    overwrite: bool = False


def with_files(request: RenderRequest, *, absolute: bool = False) -> RenderRequest:
    """Read the files that are named beside the source as a shell does, in full if asked for.

    Raises InputError.
    """
    named = {word: getattr(request, word) for word in FILE_WORDS}
    files: dict[str, Any] = {word: file and expanded(str(file)) for word, file in named.items()}
    if absolute:
        files = {word: file and file.absolute() for word, file in files.items()}
    return replace(request, **files)


def box_wh(request: RenderRequest) -> tuple[int, int] | None:
    """Return the box that frames must fit in; --preview bounds only the width."""
    if request.preview is None:
        return request.size_wh
    if request.size_wh is None:
        return request.preview, 100 * request.preview
    return min(request.preview, request.size_wh[0]), request.size_wh[1]
