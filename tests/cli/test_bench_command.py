from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from livedream.cli.bench_command import Minutes, write_json
from livedream.errors import InputError
from livedream.runtime.soak import SoakMinute

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


def test_each_minute_of_a_soak_is_there_when_it_is_broken_off() -> None:
    paper = io.StringIO()
    minutes = Minutes(Console(file=paper, width=80))

    def soak_for_two_minutes() -> None:
        with minutes:
            minutes.add(SoakMinute(400.0, 8, 6, 29.9, 20.0, 30.0, 40.0, 2, (376, 208)))
            assert paper.getvalue().splitlines()[-1].split()[-3:] == ["40", "2", "376x208"]
            minutes.add(SoakMinute(404.0, 9, 6, 29.9, 20.0, 30.0, 40.0, 0, (472, 264)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        soak_for_two_minutes()
    heads, *rows, drift = (line.split() for line in paper.getvalue().splitlines())
    assert [heads[0], heads[-1]] == ["minute", "size"]
    assert [row[0] for row in rows] == ["1", "2"]
    assert drift == ["drift", "+1%", "+1", "+0", "+0%", "+0%"]


def test_without_a_soak_no_minutes_are_printed() -> None:
    paper = io.StringIO()
    with Minutes(Console(file=paper)):
        pass
    assert paper.getvalue() == ""


def a_minute() -> SoakMinute:
    return SoakMinute(400.0, 8, 6, 29.9, 20.0, 30.0, 40.0, 2, (376, 208))


def test_a_disk_that_is_full_leaves_the_older_figures(tmp_path: Path, full_disk: Callable[[], None]) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text("older figures")
    full_disk()
    for file in (old, new):
        with pytest.raises(InputError, match="cannot be written: No space left on device; choose another"):
            write_json(file, a_minute())
    assert list(tmp_path.iterdir()) == [old]
    assert old.read_text() == "older figures"


def test_a_link_such_as_dev_stdout_is_written_to_and_stays(tmp_path: Path) -> None:
    (tmp_path / "figures.json").touch()
    link = tmp_path / "stdout"
    link.symlink_to(tmp_path / "figures.json")
    write_json(link, a_minute())
    assert link.is_symlink()
    assert json.loads((tmp_path / "figures.json").read_text())["fps"] == 29.9
