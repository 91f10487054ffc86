from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from livedream.cli import main
from livedream.cli.app import app

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_help_names_every_command(livedream: Run) -> None:
    done = livedream("--help")
    assert done.returncode == 0
    names = [
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    ]
    groups = [group.name for group in app.registered_groups]
    assert len(names) > 8
    assert all(name and name in done.stdout for name in (*names, *groups))


def test_version(livedream: Run) -> None:
    done = livedream("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("livedream 0.")


def bad(tmp_path: Path) -> list[tuple[list[str], str]]:
    text = tmp_path / "story.mp4"
    text.write_text("once upon a time there was no video in here\n" * 50)
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken.toml").write_text("[dream\n")
    (tmp_path / "odd.toml").write_text("[dream]\noctavs = 2\n")
    (tmp_path / "far.toml").write_text("[dream]\nsteps = 5000\n")
    for name in ("there.mp4", "livedream-demo.mp4"):
        (tmp_path / name).write_bytes(b"something")
    (tmp_path / "there.png").symlink_to("there.mp4")
    return [
        (["bench", "--source", "missing.mp4"], "missing.mp4"),
        (["bench", "--source", "folder"], "folder"),
        (["bench", "--source", "story.mp4"], "story.mp4"),
        (["bench", "--preset", "eyez"], "eyes"),
        (["bench", "--preset", "broken.toml"], "TOML"),
        (["bench", "--preset", "odd.toml"], "octaves"),
        (["bench", "--preset", "far.toml"], "1 to 50"),
        (["bench", "--set", "dream.steps"], "WORD=VALUE"),
        (["bench", "--set", "dream.stepz=3"], "dream.steps"),
        (["bench", "--set", "dream.steps=0"], "dream.steps"),
        (["bench", "--set", "dream.layers.eyez=1"], "eyes"),
        (["bench", "--size", "12"], "1280x720"),
        (["bench", "--fps", "0"], "--fps"),
        (["bench", "--seconds", "-1"], "--seconds"),
        (["bench", "--engine", "abacus"], "abacus"),
        (["bench", "--json", "nowhere/figures.json"], "nowhere"),
        (["bench", "--json", "folder"], "folder"),
        (["bench", "--source", "there.mp4", "--json", "there.mp4"], "is the input"),
        (["presets", "eyes", "--source", "there.mp4", "--sheet", "there.png"], "is the input"),
        (["--record", "there.mp4", "--overwrite", "--source", "there.mp4"], "is the input"),
        (["demo", "--source", "livedream-demo.mp4"], "is the input"),
        (["--preset", "", "--source", "clouds"], "no preset ''"),
        (["--record", "there.mp4", "--source", "clouds"], "there.mp4"),
        (["--record", "film.avi", "--source", "clouds"], ".mp4"),
        (["--record", "nowhere/film.mp4", "--source", "clouds"], "nowhere"),
        (["--source", "camera:Nonexistent"], "Nonexistent"),
        (["dance"], "dance"),
        (["presets", "eyez"], "eyes"),
        (["engines", "dance"], "dance"),
        (["engines", "build", "--preset", "eyez"], "eyes"),
        (["engines", "build", "--all", "--preset", "fur"], "--preset fur"),
        (["engines", "build", "--set", "dream.steps=0"], "dream.steps"),
        (["engines", "build", "--size", "12"], "1280x720"),
        (["engines", "build", "--engine", "abacus"], "abacus"),
        (["engines", "clear"], "--yes"),
        (["--programs", "eyes,furr", "--source", "clouds"], "fur"),
        (["--programs", "eyes,fur", "--preset", "lines"], "--preset lines"),
        (["--programs", "eyes,fur", "--program-s", "0"], "--program-s 0"),
        (["--program-s", "5"], "--programs"),
        (["--programs", "weave", "--set", "dream.layers={eyez=1}", "--source", "clouds"], "eyez"),
        (["--attract-s", "-3"], "--attract-s"),
    ]


@pytest.fixture
def here(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process as one of its own: in an empty folder, with an empty cache and no display."""
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("case", range(41))
@pytest.mark.usefixtures("here")
def test_what_a_person_got_wrong_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: int
) -> None:
    arguments, named = bad(tmp_path)[case]
    monkeypatch.setattr("sys.argv", ["livedream", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
    for name in ("there.mp4", "livedream-demo.mp4"):
        assert (tmp_path / name).read_bytes() == b"something"


def test_it_is_said_without_a_traceback(livedream: Run) -> None:
    done = livedream("bench", "--preset", "eyez")
    assert done.returncode == 2
    assert "eyes" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
