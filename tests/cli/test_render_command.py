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

from livedream.cli import render_command
from livedream.offline.render_request import RenderRequest

Run = Callable[..., subprocess.CompletedProcess[str]]

TINY = [
    "--engine",
    "eager",
    "--set",
    "dream.working_px=4096",
    "--set",
    "dream.layers={lines=1.0}",
    "--set",
    "dream.octaves=1",
    "--size",
    "96x64",
]


def frames_of(film: Path) -> np.ndarray:
    with av.open(str(film)) as container:
        return np.stack([frame.to_ndarray() for frame in container.decode(video=0)])


@pytest.mark.slow
def test_a_render_that_was_killed_goes_on_and_is_the_same(
    livedream: Run, tmp_path: Path, environment: dict
) -> None:
    words = ["render", "clouds", "a.mp4", "--seconds", "4", "--fps", "25", *TINY]
    folder = tmp_path / "a.mp4.part"
    process = subprocess.Popen([sys.executable, "-m", "livedream", *words], cwd=tmp_path, env=environment)
    while not list(folder.glob("state-*.npz")) and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -9
    assert not (tmp_path / "a.mp4").exists()
    again = livedream(*words)
    assert again.returncode == 0, again.stderr
    assert "finished before" in again.stdout
    small = [TINY[place] for place in (3, 5, 7)]
    request = RenderRequest(
        "clouds", str(tmp_path / "b.mp4"), assignments=small, engine="eager", seconds=4.0, size_wh=(96, 64)
    )
    render_command.render_one(replace(request, fps=Fraction(25)), Console(quiet=True))
    np.testing.assert_array_equal(frames_of(tmp_path / "a.mp4"), frames_of(tmp_path / "b.mp4"))
    assert len(frames_of(tmp_path / "b.mp4")) == 100


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
            render_command.run_batch(tmp_path / "batch.toml")
        assert ended.value.exit_code == 1
        said = capsys.readouterr().out
        assert "2 of 3 renders are finished" in said
        assert "b.mp4 failed: there is no file" in said
        assert said.count("already finished") == (2 if again else 0)
    assert len(frames_of(tmp_path / "a.mp4")) == 3


def test_an_interruption_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(render_command, "render_one", interrupted)
    with pytest.raises(typer.Exit) as ended:
        render_command.run(RenderRequest("clouds", "a.mp4"))
    assert ended.value.exit_code == render_command.INTERRUPTED
    assert "the same command" in capsys.readouterr().out
