"""A film in chunks, each dreamed by itself: where they lie, and how one becomes the next.

A dream that is begun anew at another frame grows as strong within a few seconds, but it becomes another
one: it sees eyes elsewhere. So a chunk is begun some frames before it is shown, and then takes the place
of the chunk before, which is dreamed on for as long; patch by patch, as a dream changes by itself, for
where two pictures are mixed both are seen through each other.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from livedream.composite import dissolve, patches
from livedream.errors import LivedreamError
from livedream.frame import Rgb
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.dreaming import FrameDreamer, dreamed
from livedream.offline.engine_pool import Engines
from livedream.offline.job import Job
from livedream.offline.moving_settings import highest
from livedream.offline.render import fill, moving_settings, segments_for
from livedream.sinks.segments import PictureSegments, told
from livedream.sources.still_image import read_image

CHUNK_S, FADE_S = 20.0, 3.0
"""How long a chunk is, and how long it fades in."""

SHARE_LEFT, LONGEST_LEAD_S = 0.05, 10.0
"""A chunk's dream begins so early that no more than this share of its first frame is left, by the
persistence, where it begins to be shown; but no earlier than that."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Frames `first` to before `last` of what comes out, counted from 0; last: None for the end.

    lead: the frame where its dream begins. fade: how many frames fade in; 0 for the first chunk.
    tail: how many after the last are dreamed for the next chunk's fade; 0 for the last chunk.
    """

    number: int
    lead: int
    first: int
    last: int | None
    fade: int
    tail: int


@dataclass(frozen=True, slots=True)
class Dreamt:
    """What is known of a chunk that is there.

    end: the frame after its last. damage: a sentence on what could not be read of its source; "" for nothing.
    """

    end: int
    damage: str


def chunks_of(job: Job, total: int, part_frames: int) -> list[Chunk]:
    """Divide a job of `total` frames; chunks and fades are whole parts of the segments."""
    length, fade = (_parts(seconds * job.rate, part_frames) for seconds in (CHUNK_S, FADE_S))
    lead, firsts = lead_frames(job), range(0, max(1, total - fade), length)
    chunks = [
        Chunk(
            number, max(0, first - lead) if number else 0, first, first + length, fade if number else 0, fade
        )
        for number, first in enumerate(firsts)
    ]
    return [*chunks[:-1], replace(chunks[-1], last=None, tail=0)]


def lead_frames(job: Job) -> int:
    """Compute how many frames a dream needs to grow as strong as if it had begun long before."""
    most = math.ceil(LONGEST_LEAD_S * job.rate)
    persistence = max(highest(segment, "motion.persistence") for segment in job.timeline.segments)
    if persistence <= SHARE_LEFT or persistence >= 1:
        return 1 if persistence < 1 else most
    return min(most, math.ceil(math.log(SHARE_LEFT) / math.log(persistence)))


def dream_chunk(job: Job, chunk: Chunk, engines: Engines, run: str) -> Dreamt:
    """Dream a chunk into the job's unfinished output, unless it is there.

    run: that of the checkpoint which this is for. Raises LivedreamError, also once another has begun.
    """
    place, name = Checkpoint(job.output.unfinished), f"chunk-{chunk.number:04d}"
    place.check_run(run)
    if (dreamt := _dreamt(place.noted(name))) is not None:
        return dreamt
    settings = moving_settings(job, place)
    with closing(_dreamer(job, chunk, engines)) as dreamer:
        all_ = (one.rgb for one in dreamed(job.frames(chunk.lead), settings.at, dreamer))
        pictures = _while_it_runs(all_, place, run)
        dreamt = Dreamt(_store(job, chunk, place, pictures), job.footage.damage)
    place.note(name, run, f"{dreamt.end}\n{dreamt.damage}")
    return dreamt


def _dreamt(noted: str | None) -> Dreamt | None:
    """Read what is noted of a chunk; None if nothing is, or it is damaged."""
    end, _, damage = (noted or "").partition("\n")
    return Dreamt(int(end), damage) if end.isdecimal() else None


def _while_it_runs(pictures: Iterator[Rgb], place: Checkpoint, run: str) -> Iterator[Rgb]:
    """Pass pictures on. Raises LivedreamError once another run has begun, among whose own they would lie."""
    for rgb in pictures:
        place.check_run(run)
        yield rgb
    place.check_run(run)  # before what was added last is taken for the end


def _store(job: Job, chunk: Chunk, place: Checkpoint, pictures: Iterator[Rgb]) -> int:
    """Put a chunk's frames where they belong, from its lead on; return the frame after its last."""
    for _ in islice(pictures, chunk.first - chunk.lead):
        pass  # it only grows
    end = chunk.first + _keep(_seam(place, chunk.number, "new"), islice(pictures, chunk.fade))
    body = None if chunk.last is None else chunk.last - chunk.first - chunk.fade
    if end == chunk.first + chunk.fade:
        end = fill(segments_for(job, place), islice(pictures, body), end, lambda _: None, lambda _: None)
    _keep(_seam(place, chunk.number + 1, "old"), islice(pictures, chunk.tail))
    return end


def join_chunk(job: Job, chunk: Chunk, run: str) -> None:
    """Fade a chunk in over the one before; both are there. run: as in `dream_chunk`.

    Raises LivedreamError.
    """
    place, name = Checkpoint(job.output.unfinished), _joined(chunk)
    place.check_run(run)
    if place.noted(name) is not None:
        return
    fill(
        segments_for(job, place),
        _while_it_runs(_faded(place, chunk, job.size_wh), place, run),
        chunk.first,
        lambda _: None,
        lambda _: None,
    )
    place.note(name, run, "faded")
    with told(place.folder):
        shutil.rmtree(_folder(place, chunk.number))


def _joined(chunk: Chunk) -> str:
    """Name the note that a chunk was joined to the one before."""
    return f"seam-{chunk.number:04d}"


def _dreamer(job: Job, chunk: Chunk, engines: Engines) -> FrameDreamer:
    if chunk.lead == 0:
        return FrameDreamer(engines, job.seed, job.start_picture)
    dreamer = FrameDreamer(engines, job.seed)
    # As many frames are counted as dreamed as there were: what is random is as in the undivided film.
    dreamer.restore({"dreamed": np.array(chunk.lead), "wake": np.array(0.0)})
    return dreamer


def _faded(place: Checkpoint, chunk: Chunk, size_wh: tuple[int, int]) -> Iterator[Rgb]:
    old, new = (_seam(place, chunk.number, kind) for kind in ("old", "new"))
    order = patches(size_wh, chunk.number)
    for index in range(chunk.fade):
        if not new.file(index).exists():
            if place.noted(_joined(chunk)) is not None:
                raise LivedreamError(
                    f"{place.folder}: another task has joined the chunk {chunk.number} meanwhile"
                )
            return  # the film ends here
        before, after = read_image(old.file(index)), read_image(new.file(index))
        yield dissolve(before, after, order, (index + 1) / (chunk.fade + 1))


def _keep(segments: PictureSegments, pictures: Iterable[Rgb]) -> int:
    """Keep frames as pictures, for a fade; return how many there were."""
    count = 0
    for count, rgb in enumerate(pictures, 1):
        with told(segments.folder):
            segments.folder.mkdir(parents=True, exist_ok=True)
        segments.begin(count - 1)
        segments.add(rgb)
    return count


def _seam(place: Checkpoint, number: int, kind: str) -> PictureSegments:
    return PictureSegments(_folder(place, number), f"{kind}_%05d.png")


def _folder(place: Checkpoint, number: int) -> Path:
    return place.folder / f"fade-{number:04d}"


def _parts(frames: float, part_frames: int) -> int:
    return max(1, round(float(frames) / part_frames)) * part_frames
