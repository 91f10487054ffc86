"""`livedream render --workers N`: a film in chunks, several at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from livedream.cli.printed import teller
from livedream.cli.progress import shown
from livedream.cli.render_command import say, words
from livedream.errors import INTERRUPTED, InputError
from livedream.offline.engine_pool import Engines
from livedream.offline.render import Rendered
from livedream.offline.render_request import RenderRequest
from livedream.offline.split import own_engines, render_split, workers


@dataclass(frozen=True, slots=True)
class Crew:
    """Who renders: so many processes here, or the workers of a Dask cluster."""

    count: int | None
    cluster: str | None

    @property
    def is_none(self) -> bool:
        """Return whether this process renders alone."""
        return self.count is None and self.cluster is None

    def check_none(self, batch: Path) -> None:
        """Raise InputError if there is one."""
        if not self.is_none:
            raise InputError(
                f"--batch {batch} renders its films one after the other; leave out --workers and --cluster"
            )

    def run(self, request: RenderRequest) -> None:
        """Render one film. Raises LivedreamError."""
        if self.count is not None and self.cluster is not None:
            raise InputError(
                f"--workers {self.count}: {self.cluster} has workers of its own; leave out one of the two"
            )
        console = Console()
        try:
            say(console, words(self._rendered(request, console)))
        except KeyboardInterrupt:
            say(console, "interrupted; run the same command again to continue")
            raise typer.Exit(INTERRUPTED) from None

    def _rendered(self, request: RenderRequest, console: Console) -> Rendered:
        with (
            shown(Path(request.output).name, console) as progress,
            Engines(request.engine, teller(console), progress.wait) as engines,
            workers(self.count or 1, self.cluster) as executor,
        ):
            return render_split(request, engines, executor, progress, own_engines, teller(console))
