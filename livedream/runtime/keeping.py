"""Keeping what was seen: the picture that goes out, and the last ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.modulation.macros import MACROS
from livedream.runtime.commands import Command, Commands
from livedream.runtime.file_jobs import FileJobs
from livedream.runtime.outlets import free_name
from livedream.runtime.output import Output
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change
from livedream.settings.macro import REST
from livedream.sinks.render_recipe import MADE_BY, Recipe
from livedream.sinks.replay import Clip, Replay
from livedream.version import __version__

WRITE_S = 60.0
"""How long what was asked for may take to be written after the end of the show, on a busy machine."""


@dataclass(slots=True)
class Keeper:
    """Writes stills and the last seconds of a show, each file whole or not at all.

    status, store: what the picture is made with now. jobs: what writes. keep_s: so many of the last seconds
    are kept in memory. folder: where files go.
    """

    output: Output
    status: Callable[[], Status]
    store: SettingsStore
    jobs: FileJobs
    keep_s: float = 0.0
    folder: Path = field(default_factory=Path.cwd)
    now: Callable[[], time.struct_time] = time.localtime
    replay: Replay | None = None

    def __post_init__(self) -> None:
        """Begin to keep what goes out, if that is wished for."""
        if self.keep_s > 0:
            self.replay = Replay(self.keep_s)
            self.output.add_sink(self.replay)

    def finish(self) -> None:
        """Write what is still to be written. Raises what went wrong in the code that writes."""
        self.jobs.finish(WRITE_S)

    def still(self) -> str:
        """Write the picture that goes out, with its settings in it. Raises InputError if there is none."""
        latest = self.output.latest()
        if latest is None:
            raise InputError("there is no picture yet; wait for the first dream")
        text = recipe_of(self.status(), self.store.snapshot()).text()
        self.jobs.add(lambda: _written(self._free(".png"), partial(_write_still, latest.rgb, text)))
        return "still"

    def last(self) -> str:
        """Write the last seconds as a film. Raises InputError if they were not kept."""
        if self.replay is None:
            raise InputError("the last ten seconds are not kept in this show; start it without --no-replay")
        clip = self.replay.snapshot()
        self.jobs.add(lambda: _written(self._free("-last.mp4"), partial(_write_clip, clip)))
        return f"the last {clip.seconds:.0f} s are being written"

    def _free(self, ending: str) -> Path:
        return free_name(self.folder, ending, self.now())


def add_keeping_commands(commands: Commands, keeper: Keeper) -> None:
    """Add still and last ten seconds."""
    commands.add("still", Command("Write the picture that goes out as PNG.", keeper.still))
    commands.add("last ten seconds", Command("Write the last ten seconds as a film.", keeper.last))


def recipe_of(status: Status, settings: Settings) -> Recipe:
    """Return what a show's picture is made with.

    Macros are at rest in it: what they have moved stands in the settings already.
    """
    made = {MADE_BY: __version__, "source": status.source, "engine": status.engine}
    return Recipe(status.preset, change(settings, dict.fromkeys(MACROS, REST), "a still"), made)


def _written(file: Path, write: Callable[[Path], str]) -> str:
    return f"{write(file)}: {file.absolute()}"


def _write_still(rgb: Rgb, text: str, file: Path) -> str:
    from livedream.sinks.metadata import write_with_metadata  # loads FFmpeg and Pillow

    write_with_metadata(file, rgb, text)
    return "still"


def _write_clip(clip: Clip, file: Path) -> str:
    clip.write(file)
    return f"the last {clip.seconds:.1f} s"
