from __future__ import annotations

import errno
import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from livedream.cli.demo import run
from livedream.cli.show_options import Options
from livedream.errors import EngineError, SinkError

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_the_demo_leaves_a_film_and_says_what_it_found(
    livedream: Run, quick: list[str], tmp_path: Path
) -> None:
    for _ in range(2):  # the second run replaces the first one's film
        done = livedream("demo", *quick, "--seconds", "2")
        assert done.returncode == 0, done.stderr
    for word in ("frame rate", "latency", "engine", "camera", "display", "virtual camera"):
        assert word in done.stdout
    with av.open(str(tmp_path / "livedream-demo.mp4")) as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert 30 <= frames <= 70


def test_a_demo_that_cannot_dream_is_an_error_and_not_a_film_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise EngineError("no engine today")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("livedream.engines.in_process.eager", broken)
    options = Options("clouds", "eyes", ["dream.working_px=4096"], "eager", (320, 180), seconds=0.1)
    with pytest.raises(EngineError, match="no engine today"):
        run(options)


@pytest.mark.slow
def test_a_demo_without_its_film_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("livedream.sinks.recorder.open_raw", full)
    look = ["dream.working_px=4096", "dream.layers={lines=1.0}", "dream.octaves=1", "dream.steps=1"]
    with pytest.raises(SinkError, match="the disk is full; nothing is kept"):
        run(Options("clouds", "eyes", look, "eager", (320, 180), seconds=0.5))
    assert list(tmp_path.iterdir()) == []
