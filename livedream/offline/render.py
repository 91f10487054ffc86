"""Render a job: every frame dreamed, kept as it is finished, joined at the end."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.dreaming import FrameDreamer, dreamed, spec_for
from livedream.offline.engine_pool import Engines
from livedream.offline.job import Job
from livedream.offline.listening import Tell, moving
from livedream.offline.moving_settings import MovingSettings
from livedream.offline.output import check_absent, output_of
from livedream.presets import as_toml
from livedream.sinks.animation import write_animation
from livedream.sinks.mux import MuxJob, mux_film
from livedream.sinks.render_recipe import SIDECAR, Recipe
from livedream.sinks.segments import FilmSegments, PictureSegments, Segments, told
from livedream.sinks.sound_reading import Stretch
from livedream.toml_table import toml_table
from livedream.whole_file import write_lasting, write_text

TOLD = "## "
"""How lines begin that tell which frames lie in a folder; in a recipe, whose own begin with #, they are
comments."""

REPLACES = "replaces"
"""Note of a job that what is at its output is its own, or is to be replaced."""

Report = Callable[[int, int | None], None]
"""Called with how many frames are finished, and of how many if that is known."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came out. resumed: frames that were finished before. notes: sentences for people."""

    path: Path
    frames: int
    resumed: int
    notes: tuple[str, ...]


def render(
    job: Job, engines: Engines, report: Report, *, overwrite: bool = False, tell: Tell = lambda _: None
) -> Rendered:
    """Render, going on where the same job was interrupted; what is finished stays, whatever happens.

    overwrite: give up an unfinished render of another job. tell: takes sentences on what moves the settings.
    Raises LivedreamError.
    """
    for note in job.notes:
        tell(note)
    recipe, place = with_engine(job, engines), Checkpoint(job.output.unfinished)
    with closing(place):
        prepare(place, job, job.words(recipe), overwrite=overwrite)
        return _rendered(job, engines, report, (recipe, place), tell)


def _rendered(
    job: Job, engines: Engines, report: Report, begun: tuple[Recipe, Checkpoint], tell: Tell
) -> Rendered:
    """Render into what is prepared. Raises LivedreamError."""
    recipe, place = begun
    done, state = place.resume()
    report(done, job.total)
    segments = segments_for(job, place)
    frames = done
    if done % segments.part_frames == 0:  # else the last part, the shorter one, is finished
        settings = moving_settings(job, place, tell)
        with closing(FrameDreamer(engines, job.seed, job.start_picture)) as dreamer:
            dreamer.restore(state)
            frames = fill(
                segments,
                (one.rgb for one in dreamed(job.frames(done), settings.at, dreamer)),
                done,
                lambda count: place.keep(count, dreamer.state()),
                lambda count: report(count, job.total),
            )
    notes = finish(job, segments, recipe, frames, job.footage.damage, place)
    place.remove()
    return Rendered(job.output.path, frames, done, tuple(note for note in notes if note))


def prepare(place: Checkpoint, job: Job, words: Mapping[str, Any], *, overwrite: bool) -> None:
    """Make or find the place of a job; what is at the output is not there, or is to be replaced.

    Raises InputError, SinkError.
    """
    absent = partial(check_absent, job.output)
    place.prepare(words, overwrite=overwrite, check=(lambda: None) if overwrite else absent)
    if overwrite:
        place.note(REPLACES, place.run, "")
    _check_not_replaced(place, job)


def _check_not_replaced(place: Checkpoint, job: Job) -> None:
    """Raise InputError if something is at the output that was not there when the job was begun."""
    if place.noted(REPLACES) is None:
        try:
            check_absent(job.output)
        except InputError as fault:
            raise InputError(
                f"{job.output.path} has been made by something else since this render was begun; move it "
                "away and run the same command again, or use --overwrite: what is finished is kept"
            ) from fault


def with_engine(job: Job, engines: Engines) -> Recipe:
    """Return the job's recipe with the name of its engine. Raises EngineError."""
    engine = engines.engine_for(spec_for(job.recipe.settings.dream, job.size_wh))
    return replace(job.recipe, made=job.recipe.made | {"engine": engine.name})


def moving_settings(job: Job, place: Checkpoint, tell: Tell = lambda _: None) -> MovingSettings:
    """Return the settings of each of a job's frames; what it listens to is kept in its place.

    Raises InputError, SinkError.
    """
    return moving(job.timeline, job.rate, job.bpm, job.listening, tell, place.folder)


def segments_for(job: Job, place: Checkpoint) -> FilmSegments | PictureSegments:
    """Return the segments that hold the frames of an unfinished output."""
    if job.output.kind == "film":
        return FilmSegments(place.frames, job.size_wh, job.rate)
    return PictureSegments(place.frames, job.output.pattern)


def fill(
    segments: Segments,
    pictures: Iterator[Rgb],
    done: int,
    keep: Callable[[int], None],
    tell: Callable[[int], None],
) -> int:
    """Put dreamed frames on the segments; return how many there are then."""
    is_open = False
    try:
        for rgb in pictures:
            if not is_open:
                segments.begin(done)
            segments.add(rgb)
            done += 1
            is_open = done % segments.part_frames != 0
            if not is_open:
                segments.end()
                keep(done)
            tell(done)
        if is_open:
            segments.end()
            keep(done)
    finally:
        segments.abandon()
    return done


def finish(
    job: Job,
    segments: FilmSegments | PictureSegments,
    recipe: Recipe,
    frames: int,
    damage: str,
    place: Checkpoint,
) -> tuple[str, ...]:
    """Make the output of what is on the segments; return notes for people, some of them empty.

    damage: what could not be read of the source. Raises InputError if there are no frames, or another output
    in the way, SinkError.
    """
    if frames == 0:
        raise InputError(f"{job.footage.name} has no picture between --start and --end")
    check = partial(_check_not_replaced, place, job)
    check()
    path, text = job.output.path, recipe.text()
    if isinstance(segments, FilmSegments):
        mux_job = MuxJob(segments.parts(frames), segments.part_frames, job.rate, _stretch(job, frames), text)
        notes = mux_film(mux_job, path, check), damage
    elif job.output.kind == "animation":
        write_animation(path, segments.files(frames), job.rate, text, check)
        notes = "", damage
    else:
        place.note(REPLACES, place.run, "")  # frames are moved there one by one: the first is of this job
        _move(segments, path, frames, text)
        notes = "", damage
    place.note(REPLACES, place.run, "")
    return notes


def _stretch(job: Job, frames: int) -> Stretch | None:
    if job.sound is None:
        return None
    return Stretch(job.sound.path, job.sound.begin_s, float(frames / job.rate))


def _move(segments: PictureSegments, folder: Path, frames: int, text: str) -> None:
    """Move the frames into their folder and list them there; remove those of an older render."""
    final = PictureSegments(folder, segments.pattern)
    told_too = as_toml({"names": segments.pattern, "frames": frames})
    text += "\n" + "".join(f"{TOLD}{line}\n" for line in told_too.splitlines())
    with told(folder):
        folder.mkdir(exist_ok=True)
        for index in range(frames):
            if segments.file(index).exists():  # else it was moved before an interruption
                _move_file(segments.file(index), final.file(index))
        index = frames
        while final.file(index).exists():
            final.file(index).unlink()
            index += 1
        # In a folder that does not tell letters' cases apart these may be the frames of now.
        now = {file.name.casefold() for file in final.files(frames)}
        for file in _former(folder):
            if file.name.casefold() not in now:
                file.unlink(missing_ok=True)
        # Last, so that an older render is told until all of it is gone.
        write_text(folder / SIDECAR, text)


def _move_file(file: Path, to: Path) -> None:
    """Move a frame, also onto another disk, as where the folder is the root of one. Raises OSError."""
    try:
        file.replace(to)
    except OSError as fault:
        if fault.errno != errno.EXDEV:
            raise
        write_lasting(to, lambda into: into.write(file.read_bytes()))
        file.unlink()


def _former(folder: Path) -> list[Path]:
    """List the frames named by a folder's recipe; empty without a recipe, or if it names none."""
    named = frames_named(folder)
    return [] if named is None else PictureSegments(folder, named[0]).files(named[1])


def frames_named(folder: Path) -> tuple[str, int] | None:
    """Return how a folder's recipe says that its frames are called, and how many; None if it does not."""
    try:
        lines = (folder / SIDECAR).read_text(encoding="utf-8").splitlines()
        made = toml_table("\n".join(line.removeprefix(TOLD) for line in lines if line.startswith(TOLD)))
        names, frames = made.get("names"), made.get("frames")
        if not isinstance(names, str) or not isinstance(frames, int) or "%" not in names:
            return None
        return output_of(str(folder / names)).pattern, frames
    except (OSError, ValueError, InputError):
        return None
