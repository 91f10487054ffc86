"""Render a film in chunks by several workers, here or on other machines that see the same files."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Set
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from livedream.errors import InputError, LivedreamError
from livedream.offline.checkpoint import Checkpoint
from livedream.offline.chunks import Chunk, Dreamt, chunks_of, dream_chunk, join_chunk
from livedream.offline.dreaming import spec_for
from livedream.offline.engine_pool import Engines
from livedream.offline.job import Job, job_of
from livedream.offline.listening import Tell
from livedream.offline.render import (
    Rendered,
    Report,
    finish,
    moving_settings,
    prepare,
    segments_for,
    with_engine,
)
from livedream.offline.render_request import RenderRequest, with_files
from livedream.offline.settings_timeline import named_from
from livedream.presets import apply_assignments
from livedream.references import PICTURES
from livedream.settings import Settings
from livedream.sources.source_spec import expanded
from livedream.sources.watchdog import reason

LOOK_UP_S = 1.0
"""How often the progress is looked up."""

CONNECT_S = 10.0

WORKERS_S = 30.0
"""How long workers may take to join a cluster."""

Open = Callable[[RenderRequest], Engines]
"""Makes what gives a worker its engines."""


@dataclass(frozen=True, slots=True)
class Work:
    """What workers do chunks of. run: that of the checkpoint, so that what an earlier run left over stops."""

    request: RenderRequest
    run: str
    open_engines: Open


def render_split(
    request: RenderRequest,
    engines: Engines,
    executor: Executor,
    report: Report,
    open_engines: Open,
    tell: Tell = lambda _: None,
) -> Rendered:
    """Render in chunks; those that are finished are not dreamed again. Raises LivedreamError.

    executor: runs what it is given in any order, once or several at a time. tell: takes sentences on what
    moves the settings.
    """
    request = absolute(request)
    job = job_of(request)
    if job.total is None:
        raise InputError(
            f"--workers: the length of {job.footage.name} is not known; render it without --workers"
        )
    for note in job.notes:
        tell(note)
    recipe, place = with_engine(job, engines), Checkpoint(job.output.unfinished)
    segments = segments_for(job, place)
    chunks = chunks_of(job, job.total, segments.part_frames)
    first, *_ = chunks
    words = job.words(recipe) | {"chunks": [first.last or 0, first.tail, chunks[-1].lead]}

    def finished() -> int:
        parts = [file for file in place.frames.iterdir() if not file.name.startswith(".")]
        return min(job.total or 0, len(parts) * segments.part_frames)

    with closing(place):
        prepare(place, job, words, overwrite=request.overwrite)
        moving_settings(job, place, tell)  # it is listened to here, once, for all chunks
        before = finished()
        report(before, job.total)
        whole = _run(
            Work(_of_one_engine(request, job, engines), place.run, open_engines),
            chunks,
            executor,
            lambda: report(finished(), job.total),
        )
        notes = finish(job, segments, recipe, whole.end, whole.damage, place)
        place.remove()
    return Rendered(job.output.path, whole.end, before, tuple(note for note in notes if note))


def _of_one_engine(request: RenderRequest, job: Job, engines: Engines) -> RenderRequest:
    """Return a request for the kind of engine that was chosen here: another machine may choose another."""
    return replace(request, engine=engines.kind_for(spec_for(job.recipe.settings.dream, job.size_wh)))


def _run(work: Work, chunks: list[Chunk], executor: Executor, tell: Callable[[], None]) -> Dreamt:
    """Render all chunks and join them; report the progress of the whole film."""
    dreamt: dict[int, Dreamt] = {}
    running: dict[Future[Any], int | None] = {
        executor.submit(_dream, work, chunk): chunk.number for chunk in chunks
    }
    try:
        while running:
            done, _ = wait(running, LOOK_UP_S, FIRST_COMPLETED)
            for future in done:
                number, outcome = running.pop(future), _outcome(future)
                if number is not None:
                    dreamt[number] = outcome
                    for seam in _ready(chunks, dreamt.keys(), number):
                        running[executor.submit(_join, work, seam)] = None
            tell()
    finally:
        for future in running:
            future.cancel()
    for chunk in chunks[:-1]:
        if dreamt[chunk.number].end != chunk.last:
            raise LivedreamError(
                f"{work.request.source} is shorter than it declares, so its chunks do not join up; leave out "
                "--workers"
            )
    return dreamt[len(chunks) - 1]


def _outcome(future: Future[Any]) -> Any:
    """Return what a worker came to. Raises LivedreamError, also if the worker or its scheduler is lost."""
    try:
        return future.result()
    except LivedreamError:
        raise
    except Exception as fault:  # a worker's own machine may raise anything, and Dask when one is killed
        raise LivedreamError(
            f"a worker was lost ({_why_lost(fault)}); what is finished is kept: run the same command again "
            "to continue, with fewer --workers if memory was short"
        ) from fault


def _why_lost(fault: Exception) -> str:
    if type(fault).__name__ == "KilledWorker":
        return "the system ended it each time, as it does when memory is short"
    return reason(fault).rstrip(": ")


def _ready(chunks: list[Chunk], there: Set[int], number: int) -> list[Chunk]:
    """List the chunks that can be joined to the one before now that chunk `number` is there."""
    both = (chunk for chunk in chunks[max(1, number) : number + 2])
    return [chunk for chunk in both if {chunk.number - 1, chunk.number} <= there]


def _dream(work: Work, chunk: Chunk) -> Dreamt:
    with work.open_engines(work.request) as engines:
        return dream_chunk(job_of(work.request), chunk, engines, work.run)


def _join(work: Work, chunk: Chunk) -> None:
    join_chunk(job_of(work.request), chunk, work.run)


def own_engines(request: RenderRequest) -> Engines:
    """Return engines of a worker's own; they come from its machine's cache, or are built there."""
    return Engines(request.engine, lambda _: None)


def absolute(request: RenderRequest) -> RenderRequest:
    """Name all files in full, for workers that run in other folders."""

    def found(name: str) -> str:
        path = expanded(name)
        there = path.exists() or ("%" in path.name and path.parent.is_dir())
        return str(path.absolute()) if there else name

    return replace(
        with_files(request, absolute=True),
        assignments=tuple(_named_in_full(assignment) for assignment in request.assignments),
        source=found(request.source),
        preset=found(request.preset) if "." in request.preset else request.preset,
        output=str(expanded(request.output).absolute()),
    )


def _named_in_full(assignment: str) -> str:
    word = assignment.partition("=")[0].strip()
    if word not in PICTURES:
        return assignment
    dream = apply_assignments(Settings(), [assignment]).dream
    return f"{word}={named_from(Path.cwd(), dream.guide if word == PICTURES[0] else dream.style)}"


@contextmanager
def workers(count: int, cluster: str | None) -> Iterator[Executor]:
    """Open an executor of `count` processes here, or of a Dask cluster at an address.

    Raises InputError if Dask is not installed, does not answer, or has no workers.
    """
    try:
        dask: Any = importlib.import_module("distributed")
    except ImportError as fault:
        raise InputError(
            "--workers needs the package distributed; pip install 'livedream[workers]'"
        ) from fault
    with ExitStack() as opened:
        client = opened.enter_context(_client(dask, cluster or opened.enter_context(_processes(dask, count))))
        if cluster is None:
            _share_cores(client, count)
        else:
            _await_workers(client, cluster)
        yield client.get_executor(retries=1)


def _processes(dask: Any, count: int) -> Any:
    return dask.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None, memory_limit=0)


def _share_cores(client: Any, count: int) -> None:
    """Pin each process to its own cores: engines that each use all of them slow one another down."""
    here = psutil.Process()
    if not hasattr(here, "cpu_affinity"):  # macOS has none
        return
    cores = here.cpu_affinity()
    for number, worker in enumerate(client.scheduler_info(n_workers=-1)["workers"]):
        client.run(_keep_to, cores[number::count] or cores, workers=[worker])


def _keep_to(cores: list[int]) -> None:
    psutil.Process().cpu_affinity(cores)


def _await_workers(client: Any, cluster: str) -> None:
    """Wait until there is a worker: without one, tasks wait for ever. Raises InputError."""
    try:
        client.wait_for_workers(1, WORKERS_S)
    except TimeoutError as fault:
        raise InputError(
            f"--cluster {cluster}: it has no workers; start one (dask worker {cluster}) on each machine"
        ) from fault


def _client(dask: Any, place: Any) -> Any:
    try:
        return dask.Client(place, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as fault:
        raise InputError(
            f"--cluster {place}: no Dask scheduler answers there; start one (dask scheduler), with workers"
        ) from fault
