from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from livedream.cli import fault_command
from livedream.cli.show_options import Options
from livedream.errors import InputError, LivedreamError
from livedream.health import Health
from livedream.runtime.faults.films import FilmCheck
from livedream.runtime.faults.kinds import FAULTS
from livedream.runtime.faults.trial import FaultFigures, TrialFigures

Run = Callable[..., subprocess.CompletedProcess[str]]

KEPT = FaultFigures("disk-full", 1.0, 30.0, 40.0, ("the disk is full",), 2, 1.5, 45, ())
OPTIONS = Options("clouds", "eyes", [], "eager")
WHOLE = FilmCheck(("show.mp4",), 90, 90, 0, 1, ())


@pytest.mark.slow
def test_a_fault_is_injected_into_a_real_show(livedream: Run, quick: list[str], tmp_path: Path) -> None:
    done = livedream("bench", "--fault", "sink-raises", *quick, "--seconds", "2", "--json", "figures.json")
    (fault,) = json.loads((tmp_path / "figures.json").read_text())["faults"]
    kept = [words for words in fault["broken"] if not words.startswith("the output")]
    assert kept == [], done.stderr
    assert done.returncode == bool(fault["broken"])
    assert "sink-raises: a sink raises what no sink should, for 2" in done.stdout
    assert "faulty sink failed (RuntimeError" in done.stdout
    assert "recording" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".mp4"] == []


def test_the_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    fault_command.run_faults(Options(None, "eyes", [], "eager"), ["list"], json_file=None)
    printed = capsys.readouterr().out
    assert all(name in printed for name in FAULTS)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Holds what the trial was asked for."""
    seen: dict[str, Any] = {}

    def trial(*_: object, **asked: object) -> TrialFigures:
        seen.update(asked)
        return TrialFigures("eager", 30.0, (KEPT,), WHOLE)

    monkeypatch.setattr(fault_command, "try_faults", trial)
    return seen


def test_all_faults_are_tried_with_a_display(asked: dict[str, Any]) -> None:
    fault_command.run_faults(OPTIONS, ["all"], json_file=None)
    assert asked["names"] == list(FAULTS)
    assert asked["make_display"] is not None


def test_without_the_fault_of_one_there_is_no_display(asked: dict[str, Any]) -> None:
    fault_command.run_faults(OPTIONS, ["disk-full", "disk-full"], json_file=None)
    assert (asked["names"], asked["make_display"]) == (["disk-full"], None)


def test_where_qt_does_not_load_all_are_those_without_a_display_and_it_is_told(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    health = Health("failed", "the library libEGL.so.1 is missing", "sudo apt install libegl1")
    monkeypatch.setattr("livedream.ui.available.display_available", lambda **_: health)
    fault_command.run_faults(OPTIONS, ["all"], json_file=None)
    assert asked["names"] == [name for name in FAULTS if name != "display-lost"]
    assert "left out: display-lost: no window: the library libEGL.so.1" in capsys.readouterr().out
    with pytest.raises(LivedreamError, match=r"display-lost: no window: the library libEGL\.so\.1"):
        fault_command.run_faults(OPTIONS, ["display-lost"], json_file=None)


def test_an_unknown_fault_is_one_sentence(told: Callable[..., str]) -> None:
    assert "did you mean disk-full" in told("bench", "--fault", "disk-fill")


def test_a_broken_promise_is_an_error_after_all_was_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = FaultFigures("kernel-nan", 1.0, 12.0, 900.0, (), 0, None, None, ("it was not back within 60 s",))
    figures = TrialFigures("eager", 30.0, (KEPT, broken), WHOLE)
    monkeypatch.setattr(fault_command, "try_faults", lambda *_, **__: figures)
    with pytest.raises(LivedreamError, match="kernel-nan: it was not back within 60 s") as caught:
        fault_command.run_faults(OPTIONS, ["disk-full", "kernel-nan"], json_file=tmp_path / "figures.json")
    assert not isinstance(caught.value, InputError)
    printed = capsys.readouterr().out
    assert "after 1.5 s (45 frames)" in printed
    assert "never" in printed
    assert "0 of 90 frames lost" in printed
    assert json.loads((tmp_path / "figures.json").read_text())["recording"]["decoded"] == 90
