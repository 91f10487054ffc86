from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from livedream.clock import ManualClock
from livedream.errors import InputError
from livedream.health import Health
from livedream.runtime.commands import Commands
from livedream.runtime.file_jobs import FileJobs
from livedream.runtime.keeping import Keeper, add_keeping_commands
from livedream.runtime.output import Output
from livedream.runtime.sink_worker import Rate
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore
from livedream.settings import Settings, change
from livedream.sinks.render_recipe import recipe_of
from livedream.sources.still_image import read_image

NOW = time.strptime("2026-11-28 20:30:00", "%Y-%m-%d %H:%M:%S")


class Desk:
    """A keeper with its commands, and what it told."""

    def __init__(self, folder: Path, keep_s: float = 0.0) -> None:
        self.told: list[str] = []
        source: Any = SimpleNamespace(health=Health("live"))
        self.output = Output(Rate((64, 48), 30), source, ManualClock(), self.told.append)
        self.keeper = Keeper(
            self.output,
            lambda: Status(preset="eyes", engine="painter", source="clouds"),
            SettingsStore(change(Settings(), {"look.gamma": 1.5, "macro.depth": 1.0})),
            FileJobs(self.told.append),
            keep_s,
            folder,
            lambda: NOW,
        )
        self.commands = Commands()
        add_keeping_commands(self.commands, self.keeper)

    def emit(self, left: int, right: int) -> None:
        rgb = np.full((48, 64, 3), left, np.uint8)
        rgb[:, 32:] = right
        dreamed: Any = SimpleNamespace(rgb=rgb, frame=SimpleNamespace(rgb=rgb, captured_s=0.0))
        self.output.emit(dreamed)


def test_a_still_is_what_goes_out_with_its_settings_inside(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.output.mirrored = True
    desk.emit(10, 200)
    assert desk.commands.do("still") == "still"
    assert desk.commands.do("still") == "still"
    desk.keeper.finish()
    first = tmp_path / "livedream-20261128-203000.png"
    assert desk.told == [f"still: {first}", f"still: {first.with_stem(first.stem + '-2')}"]
    rgb = read_image(first)
    assert rgb.shape == (48, 64, 3)
    assert (rgb[0, 0, 0], rgb[0, -1, 0]) == (200, 10), "it is mirrored as the output is"
    recipe = recipe_of(first)
    assert (recipe.name, recipe.settings.look.gamma) == ("eyes", 1.5)
    assert recipe.settings.macro.depth == 0.5, "what it has moved stands in the others"
    assert (recipe.made["engine"], recipe.made["source"]) == ("painter", "clouds")


def test_before_the_first_picture_there_is_no_still(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no picture yet"):
        Desk(tmp_path).commands.do("still")


def test_a_still_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "gone")
    desk.emit(10, 10)
    desk.commands.do("still")
    desk.keeper.finish()
    (sentence,) = desk.told
    assert sentence.endswith("203000.png cannot be written because its file or folder was removed")


def test_the_last_ten_seconds_are_written_as_they_went_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path, keep_s=10.0)
    replay = desk.keeper.replay
    assert replay is not None
    assert desk.output.sinks() == {}, "nobody is asked about what is only kept"
    replay.open((64, 48), 30)
    with pytest.raises(InputError, match="nothing has been dreamed yet"):
        desk.commands.do("last ten seconds")
    for place in range(40):
        replay.write(np.full((48, 64, 3), 5 * place, np.uint8), place / 30)
    assert desk.commands.do("last ten seconds") == "the last 1 s are being written"
    desk.keeper.finish()
    film = tmp_path / "livedream-20261128-203000-last.mp4"
    assert desk.told == [f"the last 1.3 s: {film}"]
    with av.open(str(film)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 40


def test_what_was_not_kept_says_how_it_would_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without --no-replay"):
        Desk(tmp_path).commands.do("last ten seconds")
