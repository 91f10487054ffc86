"""The command as people give it, killed once, and what it says."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from livedream.cli import render
from livedream.cli.app import app
from livedream.errors import InputError
from livedream.offline.job import Wish
from livedream.offline.recipe import recipe_of

Run = Callable[..., subprocess.CompletedProcess[str]]

TINY = ["--engine", "eager", "--set", "dream.working_px=4096", "--set", "dream.layers={lines=1.0}", "--set",
        "dream.octaves=1", "--size", "96x64"]  # fmt: skip


def frames_of(film: Path) -> np.ndarray:
    with av.open(str(film)) as container:
        return np.stack([frame.to_ndarray() for frame in container.decode(video=0)])


def test_a_render_that_was_killed_goes_on_and_is_the_same(
    livedream: Run, tmp_path: Path, environment: dict
) -> None:
    words = ["render", "clouds", "a.mp4", "--seconds", "4", "--fps", "25", *TINY]
    state = tmp_path / "a.mp4.part" / "state-000000025.npz"
    process = subprocess.Popen([sys.executable, "-m", "livedream", *words], cwd=tmp_path, env=environment)
    while not state.exists() and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -9
    assert not (tmp_path / "a.mp4").exists()
    again = livedream(*words)
    assert again.returncode == 0, again.stderr
    assert "finished before" in again.stdout
    small = [TINY[place] for place in (3, 5, 7)]
    wish = Wish(
        "clouds", str(tmp_path / "b.mp4"), assignments=small, engine="eager", seconds=4.0, size_wh=(96, 64)
    )
    render.render_one(replace(wish, fps=Fraction(25)), Console(quiet=True))
    np.testing.assert_array_equal(frames_of(tmp_path / "a.mp4"), frames_of(tmp_path / "b.mp4"))
    assert len(frames_of(tmp_path / "b.mp4")) == 100


def told(*words: str) -> str:
    """Run a command that is at fault in this process; give its sentence."""
    with pytest.raises(InputError) as caught:
        app(args=list(words), standalone_mode=False)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["render"], "livedream render clip.mp4"),
        (["render", "clouds"], "livedream render clip.mp4"),
        (["render", "clouds", "a.mp4", "--batch", "b.toml"], "leave clouds out"),
        (["render", "--batch", "none.toml"], "none.toml"),
        (["render", "none.mp4", "a.mp4"], "none.mp4"),
        (["render", "clouds", "a.avi"], ".mp4"),
        (["render", "clouds", "a.mp4", "--size", "12"], "1280x720"),
        (["render", "clouds", "a.mp4", "--fps", "0"], "--fps"),
        (["render", "clouds", "a.mp4", "--start", "soon"], "--start"),
        (["render", "clouds", "a.mp4", "--timeline", "none.toml"], "none.toml"),
        (["render", "clouds", "a.mp4", "--first-frame", "none.png"], "none.png"),
        (["render", "clouds", "nowhere/a.mp4"], "nowhere"),
        (["render", "clouds", "a.mp4", "--set", "dream.layers.eyez=1"], "eyes"),
        (["presets", "from"], "presets from FILE"),
        (["presets", "from", "none.mp4"], "none.mp4"),
        (["presets", "eyes", "none.mp4"], "presets from FILE"),
        (["presets", "--out", "a.toml"], "presets from FILE"),
    ],
)
def test_what_a_person_got_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert named in told(*words)
    assert not list(tmp_path.iterdir())


def test_a_batch_goes_on_after_a_failure_and_skips_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "300")
    settings = (
        'set = {dream.working_px = 4096, dream.layers = {lines = 1.0}}\nengine = "eager"\nsize = "96x64"\n'
    )
    renders = [("clouds", "a.mp4"), ("none.mp4", "b.mp4"), ("clouds", "c.gif")]
    (tmp_path / "batch.toml").write_text(
        "".join(
            f'[[render]]\nin = "{source}"\nout = "{out}"\nfps = 10\n{settings}'
            + ("seconds = 0.3\n" if source == "clouds" else "")
            for source, out in renders
        )
    )
    for again in (False, True):
        with pytest.raises(typer.Exit) as ended:
            render.run_batch(tmp_path / "batch.toml")
        assert ended.value.exit_code == 1
        said = capsys.readouterr().out
        assert "2 of 3 renders are there" in said
        assert "b.mp4 failed: there is no file" in said
        assert said.count("done before") == (2 if again else 0)
    assert len(frames_of(tmp_path / "a.mp4")) == 3


def test_presets_from_gives_a_preset_file_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    film, preset = tmp_path / "a.mp4", tmp_path / "mine.toml"
    small = ("dream.working_px=4096", "dream.layers={lines=1.0}", "look.strength=0.25")
    wish = Wish("clouds", str(film), "fur", small, engine="eager", seconds=0.2, size_wh=(96, 64))
    render.render_one(wish, Console(quiet=True))
    shown = CliRunner().invoke(app, ["presets", "from", str(film)])
    assert shown.exit_code == 0
    assert "strength = 0.25" in shown.stdout
    assert CliRunner().invoke(app, ["presets", "from", str(film), "--out", str(preset)]).exit_code == 0
    assert preset.read_text(encoding="utf-8") == shown.stdout
    assert recipe_of(preset).settings.look.strength == 0.25
    assert "there already" in told("presets", "from", str(film), "--out", str(preset))


def test_an_interruption_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "render_one", interrupted)
    with pytest.raises(typer.Exit) as ended:
        render.run(Wish("clouds", "a.mp4"))
    assert ended.value.exit_code == render.INTERRUPTED
    assert "the same command" in capsys.readouterr().out
