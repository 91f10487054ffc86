"""`livedream image`: a single picture, dreamed at its own size."""

from __future__ import annotations

import time

import typer
from rich.console import Console

from livedream.cli.printed import teller
from livedream.cli.progress import shown
from livedream.errors import INTERRUPTED
from livedream.offline.engine_pool import Engines
from livedream.offline.still import (
    StillRequest,
    dreamed_still,
    engine_name,
    reserved,
    still_of,
    write_still,
)


def run(request: StillRequest) -> None:
    """Dream a picture and write it. Raises LivedreamError."""
    console, still, start_s = Console(), still_of(request), time.monotonic()
    for note in still.notes:
        teller(console)(note)
    try:
        with (
            reserved(still.file, overwrite=request.overwrite),
            shown(still.file.name, console) as progress,
            Engines(request.engine, teller(console), progress.wait) as engines,
        ):
            name = engine_name(still, engines)
            write_still(still, dreamed_still(still, engines, progress), name)
    except KeyboardInterrupt:
        console.print("interrupted; nothing was written", markup=False, highlight=False)
        raise typer.Exit(INTERRUPTED) from None
    height, width = still.rgb.shape[:2]
    rounds = f"{still.rounds} rounds in {time.monotonic() - start_s:.1f} s"
    words = f"{still.file}: {width}x{height}, {rounds} by {name}"
    console.print(words, markup=False, highlight=False, soft_wrap=True)
