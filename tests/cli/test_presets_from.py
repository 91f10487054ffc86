"""`livedream presets from FILE` as people give it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from livedream.cli import render_command
from livedream.cli.app import app
from livedream.offline.render_request import RenderRequest
from livedream.settings import Settings
from livedream.sinks.render_recipe import SIDECAR, Recipe, recipe_of


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Make a folder of frames that says what it was made with."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / SIDECAR).write_text(Recipe("mine", Settings(), {"livedream": "0.1"}).text(), encoding="utf-8")
    return folder


def test_presets_from_gives_a_preset_file_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[..., str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film, preset = tmp_path / "a.mp4", tmp_path / "mine.toml"
    small = ("dream.working_px=4096", "dream.layers={lines=1.0}", "look.strength=0.25")
    request = RenderRequest("clouds", str(film), "fur", small, engine="eager", seconds=0.2, size_wh=(96, 64))
    render_command.render_one(request, Console(quiet=True))
    shown = CliRunner().invoke(app, ["presets", "from", str(film)])
    assert shown.exit_code == 0
    assert "strength = 0.25" in shown.stdout
    assert CliRunner().invoke(app, ["presets", "from", str(film), "--out", str(preset)]).exit_code == 0
    assert preset.read_text(encoding="utf-8") == shown.stdout
    assert recipe_of(preset).settings.look.strength == 0.25
    assert "already exists" in told("presets", "from", str(film), "--out", str(preset))


def test_of_a_timeline_it_is_told_that_this_is_how_it_begins(tmp_path: Path) -> None:
    made = {"livedream": "0.1", "segment": [{"at": 0.0}, {"at": 1.0}]}
    film, out = tmp_path / "film", tmp_path / "mine.toml"
    film.mkdir()
    (film / SIDECAR).write_text(Recipe("mine", Settings(), made).text(), encoding="utf-8")
    done = CliRunner().invoke(app, ["presets", "from", str(film), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "(as it begins: its timeline is in the comments)" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["presets", "from"], "presets from FILE"),
        (["presets", "from", "none.mp4"], "none.mp4"),
        (["presets", "eyes", "none.mp4"], "presets from FILE"),
        (["presets", "--out", "a.toml"], "presets from FILE"),
    ],
)
def test_what_is_no_such_command_or_file_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: Callable[..., str],
    words: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert named in told(*words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("out", "sentence"),
    [
        ("mine.txt", "the name of a preset must end in .toml"),
        ("no/mine.toml", f"cannot be written: {os.strerror(errno.ENOENT)}"),
    ],
)
def test_a_place_that_takes_no_preset_is_told(
    made: Path, tmp_path: Path, told: Callable[..., str], out: str, sentence: str
) -> None:
    assert sentence in told("presets", "from", str(made), "--out", str(tmp_path / out))
    assert [file.name for file in tmp_path.iterdir()] == ["made"]


def test_a_disk_that_is_full_leaves_no_half_a_preset(
    made: Path, tmp_path: Path, told: Callable[..., str], full_disk: Callable[[], None]
) -> None:
    full_disk()
    sentence = told("presets", "from", str(made), "--out", str(tmp_path / "mine.toml"))
    assert "mine.toml cannot be written: No space left on device" in sentence
    assert [file.name for file in tmp_path.iterdir()] == ["made"]
