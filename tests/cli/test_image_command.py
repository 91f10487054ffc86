"""`livedream image` as people give it."""

import io
import sys
from pathlib import Path

import cv2
import pytest
import typer
from typer.testing import CliRunner

from livedream.cli import image_command, main
from livedream.cli.app import app
from livedream.errors import INTERRUPTED, InputError
from livedream.offline.still import StillRequest, reserved
from livedream.sinks.render_recipe import recipe_of


def test_an_image_is_dreamed_at_its_own_size(picture: Path, tmp_path: Path, tiny: list[str]) -> None:
    out = tmp_path / "out.png"
    done = CliRunner().invoke(app, ["image", str(picture), str(out), "--rounds", "2", *tiny])
    assert done.exit_code == 0, done.output
    assert "96x64, 2 rounds" in done.output
    assert cv2.imread(str(out)).shape == (64, 96, 3)
    recipe = recipe_of(out)
    assert recipe.settings.dream.working_px == 96 * 64
    assert recipe.made["source"] == "in.png"


def test_two_commands_do_not_make_one_picture(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    request = StillRequest(str(picture), str(out), engine="eager", overwrite=True)
    with (
        reserved(out, overwrite=True),
        pytest.raises(InputError, match=r"out\.png is being rendered by another livedream"),
    ):
        image_command.run(request)
    assert not out.exists()


def test_an_interruption_says_that_nothing_was_written(
    picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(image_command, "dreamed_still", interrupted)
    monkeypatch.setattr(image_command, "engine_name", lambda *_: "eager")
    with pytest.raises(typer.Exit) as ended:
        image_command.run(StillRequest(str(picture), str(tmp_path / "out.png"), engine="eager"))
    assert ended.value.exit_code == INTERRUPTED
    assert "nothing was written" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["in.png"]


@pytest.mark.skipif(sys.platform != "linux", reason="this system's file names are Unicode")
def test_a_name_that_the_terminal_cannot_show_costs_nothing(
    picture: Path, tmp_path: Path, tiny: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="strict")
    out = tmp_path / "d\udce9.png"
    monkeypatch.setattr("sys.argv", ["livedream", "image", str(picture), str(out), "--rounds", "1", *tiny])
    monkeypatch.setattr("sys.stdout", shown)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert out.exists()
    shown.seek(0)
    assert "d\\udce9.png: 96x64" in shown.read()
