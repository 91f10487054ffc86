from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FIGURES = (
    "frames",
    "fps",
    "latency_ms",
    "stage_ms",
    "dropped",
    "engine",
    "network",
    "working_size",
    "finer",
    "output_size",
    "peak_rss_mb",
    "startup_s",
    "flicker",
    "flicker_without_warm_start",
)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_it_prints_and_writes_the_figures(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    done = livedream("bench", "--source", "clouds", *quick, "--seconds", "1", "--json", "figures.json")
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    for name in FIGURES:
        assert name in figures
        assert name in done.stdout
    assert figures["output_size"] == [320, 180]
    assert figures["fps"] > 0
