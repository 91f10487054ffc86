from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import av
import pytest

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
