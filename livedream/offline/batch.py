"""A batch file: several renders, in the words of the command's options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from livedream.engines.kinds import ENGINES
from livedream.engines.maker import Choice
from livedream.errors import InputError
from livedream.offline.job import Job, job_of
from livedream.offline.output import check_absent
from livedream.offline.render import frames_named
from livedream.offline.render_options import box_of, bpm_of, length_of, preview_of, rate_of, seed_of
from livedream.offline.render_request import RenderRequest
from livedream.offline.settings_timeline import beside, check_words, tables_in, words_of
from livedream.settings.modulation_row import ModulationRow, parse_moves
from livedream.sinks.render_recipe import parse_recipe, recipe_of
from livedream.sources.source_spec import expanded

WORDS = (
    "in",
    "out",
    "preset",
    "set",
    "engine",
    "seed",
    "size",
    "fps",
    "start",
    "end",
    "seconds",
    "preview",
    "format",
    "timeline",
    "first_frame",
    "sound",
    "sound_file",
    "move",
    "audio",
    "bpm",
    "overwrite",
)

UNTOLD = frozenset({"engine", "livedream"})
"""What a finished render may differ in from what is wished: which engine `auto` was, and the version."""


def load_batch(file: Path) -> list[RenderRequest]:
    """Read a batch: [[render]] tables; paths in it are from its own folder. Raises InputError."""
    file, requests = expanded(str(file)), []
    for number, table in enumerate(tables_in(file, "render"), 1):
        origin = f"{file}: render {number}"
        check_words(table, WORDS, origin)
        try:
            requests.append(_request(table, file.parent, origin))
        except InputError as fault:
            raise fault if str(fault).startswith(origin) else InputError(f"{origin}: {fault}") from fault
    outputs = [request.output for request in requests]
    for output in outputs:
        if outputs.count(output) > 1:
            raise InputError(f"{file}: several renders write {output}; give each its own output")
    return requests


def _request(table: Mapping[str, Any], folder: Path, origin: str) -> RenderRequest:
    def text(word: str) -> str | None:
        value = table.get(word)
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise InputError(
                f"{origin}: {word} = {value!r} is not possible; write it as a string or a number"
            )
        if "\0" in str(value):
            raise InputError(f"{origin}: {word} = {value!r} contains a NUL character; remove it")
        return None if value is None else str(value)

    def flag(word: str, default: bool) -> bool:
        value = table.get(word, default)
        if not isinstance(value, bool):
            raise InputError(f"{origin}: {word} = {value!r} is not possible; write true or false")
        return value

    def file(word: str) -> Path | None:
        given = text(word)
        return None if given is None else folder / expanded(given)

    source, output = text("in"), text("out")
    if source is None or output is None:
        raise InputError(f'{origin} needs in = "clip.mp4" and out = "dream.mp4"')
    request = RenderRequest(
        source if source == "clouds" else str(folder / expanded(source)),
        str(folder / expanded(output)),
        changes=words_of(table.get("set", {}), origin, folder),
        engine=_engine(text("engine"), origin),
        seed=seed_of(text("seed"), "seed = "),
        size_wh=box_of(text("size"), "size = "),
        fps=rate_of(text("fps"), "fps = "),
        start=text("start"),
        end=text("end"),
        seconds=length_of(text("seconds"), "seconds = "),
        preview=preview_of(text("preview"), "preview = "),
        picture_format=text("format"),
        timeline=file("timeline"),
        first_frame=file("first_frame"),
        sound=flag("sound", True),
        sound_file=file("sound_file"),
        moves=_moves(table.get("move", []), origin),
        audio=file("audio"),
        bpm=bpm_of(text("bpm"), "bpm = "),
        overwrite=flag("overwrite", False),
    )
    preset = text("preset")
    return request if preset is None else replace(request, preset=beside(folder, preset))


def _moves(given: Any, origin: str) -> tuple[ModulationRow, ...]:
    if not isinstance(given, list) or not all(isinstance(move, str) for move in given):
        raise InputError(f'{origin}: move = {given!r} is not possible; write it as ["bass=look.depth:0.4"]')
    return parse_moves(given, "move = ")


def _engine(given: str | None, origin: str) -> Choice:
    choice = given or "auto"
    if choice != "auto" and choice not in ENGINES:
        raise InputError(
            f"{origin}: there is no engine {given}; choose one of: {', '.join(['auto', *ENGINES])}"
        )
    return choice


def is_done(request: RenderRequest) -> bool:
    """Return whether the requested output is already finished, from the same sources.

    Raises InputError for an invalid request, or if something else is there that is not to be replaced.
    """
    job = job_of(replace(request, overwrite=True))
    if job.output.unfinished.exists() or not job.output.path.exists():
        return False
    if _is_as_wished(request, job):
        return True
    try:
        check_absent(job.output)
    except InputError as fault:
        if not request.overwrite:
            raise InputError(
                f"{job.output.path} already exists, but its settings or the contents of its sources are not "
                "those of now; write overwrite = true, or choose another name"
            ) from fault
    return False


def _is_as_wished(request: RenderRequest, job: Job) -> bool:
    """Return whether what is there was made as is wished; what says nothing of its sources was not."""
    try:
        there = recipe_of(job.output.path)
    except InputError:
        return False
    named = frames_named(job.output.path) if job.output.kind == "folder" else None
    if named is not None and named[0] != job.output.pattern:
        return False
    if request.engine != "auto" and not str(there.made.get("engine", "")).startswith(request.engine):
        return False
    wished = parse_recipe(job.recipe.text(), job.output.path)  # as it would be read back
    told = [
        {word: value for word, value in recipe.made.items() if word not in UNTOLD}
        for recipe in (there, wished)
    ]
    return (there.settings, there.rows, told[0]) == (wished.settings, wished.rows, told[1])
