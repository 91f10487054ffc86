"""`livedream render`: one film, or a batch of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from rich.console import Console

from livedream.cli.printed import teller
from livedream.cli.progress import shown
from livedream.errors import INTERRUPTED, InputError, LivedreamError, SinkError
from livedream.offline.batch import is_done, load_batch
from livedream.offline.engine_pool import Engines
from livedream.offline.job import Job, job_of
from livedream.offline.render import Rendered, render
from livedream.offline.render_request import RenderRequest

Plan = Callable[[RenderRequest], Job]
"""Makes of a request what is to be rendered."""


def run(request: RenderRequest, plan: Plan = job_of) -> None:
    """Render one film. Raises LivedreamError."""
    console = Console()
    try:
        say(console, words(render_one(request, console, plan)))
    except KeyboardInterrupt:
        say(console, "interrupted; run the same command again to continue")
        raise typer.Exit(INTERRUPTED) from None


def run_batch(file: Path) -> None:
    """Render a batch; one that fails does not keep the others. Raises InputError for the file itself."""
    console = Console()
    requests = load_batch(file)
    faults = [fault for fault in (_outcome(request, console) for request in requests) if fault]
    say(console, f"{len(requests) - len(faults)} of {len(requests)} renders are finished")
    for fault in faults:
        say(console, fault)
    if faults:
        raise typer.Exit(1)


def render_one(request: RenderRequest, console: Console, plan: Plan = job_of) -> Rendered:
    """Render a request with its progress on the console. Raises LivedreamError."""
    job = plan(request)
    name = job.output.path.name
    with shown(name, console) as progress, Engines(request.engine, teller(console), progress.wait) as engines:
        try:
            return render(job, engines, progress, overwrite=request.overwrite, tell=teller(console))
        except SinkError as fault:
            raise SinkError(
                f"{fault}; the finished part is kept: run the same command again to continue"
            ) from fault


def _outcome(request: RenderRequest, console: Console) -> str:
    """Render one of a batch; return why it failed, or "" if it did not."""
    try:
        if is_done(request):
            say(console, f"{request.output}: already finished")
            return ""
        say(console, words(render_one(request, console)))
    except KeyboardInterrupt:
        say(console, "interrupted; run the same command again to continue")
        raise typer.Exit(INTERRUPTED) from None
    except LivedreamError as fault:
        return f"{request.output} failed: {fault}"
    return ""


def words(rendered: Rendered) -> str:
    """Return one line about the finished output."""
    resumed = f", {rendered.resumed} of them finished before" if rendered.resumed else ""
    frames = "1 frame" if rendered.frames == 1 else f"{rendered.frames} frames"
    return "; ".join([f"{rendered.path}: {frames}{resumed}", *rendered.notes])


def say(console: Console, sentence: str) -> None:
    """Print a sentence as it is."""
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def one_or_batch(places: Sequence[str | None], batch: Path | None) -> tuple[str, str] | None:
    """Return source and output, or None for a batch. Raises InputError unless it is one of the two."""
    source, output = places
    if batch is not None and source is None:
        return None
    if batch is not None:
        raise InputError(f"--batch {batch}: the file lists what to render; leave {source} out")
    if source is None or output is None:
        raise InputError("render needs an input and an output: livedream render clip.mp4 dream.mp4")
    return source, output
