"""`livedream zoom` as people give it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from livedream.cli.app import app
from livedream.cli.zoom_command import pan_of
from livedream.errors import InputError
from livedream.sinks.render_recipe import recipe_of


def test_a_zoom_becomes_a_film(picture: Path, tmp_path: Path, tiny: list[str]) -> None:
    out = tmp_path / "out.gif"
    flight = ["--seconds", "0.4", "--fps", "10", "--speed", "1", "--rotate", "20", "--pan", "0.1,0"]
    flight += ["--move", "sine 1 hz=colour.saturation:0.2"]
    done = CliRunner().invoke(app, ["zoom", str(picture), str(out), *flight, *tiny])
    assert done.exit_code == 0, done.output
    assert [row.source for row in recipe_of(out).rows] == ["sine 1 hz"]
    feedback = recipe_of(out).settings.feedback
    assert (feedback.zoom, feedback.rotate, feedback.pan_x, feedback.pan_y) == (1, 20, 0.1, 0)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "3,0", "0,-2.1", "nan,0"])
def test_a_pan_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InputError, match="write it as X,Y"):
        pan_of(text)


def test_a_pan_is_two_shares() -> None:
    assert pan_of("0.1,-0.25") == (0.1, -0.25)


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_a_pan_of_up_to_two_is_read(x: float, y: float) -> None:
    assert pan_of(f"{x},{y}") == (x, y)
