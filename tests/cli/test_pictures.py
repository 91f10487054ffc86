"""`livedream image` and `livedream zoom` as people give them."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from livedream.cli.app import app
from livedream.cli.zoom import pan_of
from livedream.errors import InputError
from livedream.offline.recipe import recipe_of

TINY = ["--engine", "eager", "--set", "dream.layers={lines=1.0}", "--set", "dream.octaves=1"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    rows, columns = np.mgrid[0:255:64j, 0:255:96j]
    cv2.imwrite(str(tmp_path / "in.png"), np.dstack([rows, columns, 255 - rows]).astype(np.uint8))
    return tmp_path / "in.png"


def told(*words: str) -> str:
    outcome = CliRunner().invoke(app, list(words))
    assert isinstance(outcome.exception, InputError), outcome.output
    return str(outcome.exception)


def test_an_image_is_dreamed_at_its_own_size(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    done = CliRunner().invoke(app, ["image", str(picture), str(out), "--rounds", "2", *TINY])
    assert done.exit_code == 0, done.output
    assert "96x64, 2 rounds" in done.output
    assert cv2.imread(str(out)).shape == (64, 96, 3)
    recipe = recipe_of(out)
    assert recipe.settings.dream.working_px == 96 * 64
    assert recipe.made["source"] == "in.png"


def test_a_zoom_becomes_a_film(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.gif"
    flight = ["--seconds", "0.4", "--fps", "10", "--speed", "1", "--rotate", "20", "--pan", "0.1,0"]
    done = CliRunner().invoke(app, ["zoom", str(picture), str(out), *flight, *TINY])
    assert done.exit_code == 0, done.output
    feedback = recipe_of(out).settings.feedback
    assert (feedback.zoom, feedback.rotate, feedback.pan_x, feedback.pan_y) == (1, 20, 0.1, 0)


def test_what_cannot_be_is_said_in_a_sentence(picture: Path, tmp_path: Path) -> None:
    assert "there.png is there already" in _there(picture, tmp_path)
    assert "ends in .png" in told("image", str(picture), "out.psd")
    assert "WIDTHxHEIGHT" in told("image", str(picture), "out.png", "--size", "big")
    assert "--pan 1: write it as X,Y" in told("zoom", str(picture), "out.mp4", "--pan", "1")
    assert "missing.png" in told("image", str(tmp_path / "missing.png"), str(tmp_path / "o.png"))
    assert "single picture" in told("zoom", "clouds", str(tmp_path / "o.mp4"))


def _there(picture: Path, tmp_path: Path) -> str:
    (tmp_path / "there.png").touch()
    return told("image", str(picture), str(tmp_path / "there.png"))


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "3,0", "nan,0"])
def test_a_pan_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InputError, match="write it as X,Y"):
        pan_of(text)


def test_a_pan_is_two_shares() -> None:
    assert pan_of("0.1,-0.25") == (0.1, -0.25)
