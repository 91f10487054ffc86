"""The options of `livedream render`, and what a person got wrong in them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from livedream.cli import render_command, workers
from livedream.cli.app import app
from livedream.offline.batch import WORDS
from livedream.offline.render_request import RenderRequest
from livedream.settings.modulation_row import ModulationRow


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[RenderRequest]:
    """List what is asked of whoever renders here, in place of rendering it."""
    asked: list[RenderRequest] = []
    monkeypatch.setattr(render_command, "run", asked.append)
    return asked


def test_what_was_not_said_is_left_to_the_wish(requests: list[RenderRequest]) -> None:
    app(args=["render", "clip.mp4", "dream.mp4"], standalone_mode=False)
    assert requests == [RenderRequest("clip.mp4", "dream.mp4")]


def test_every_option_reaches_the_wish(requests: list[RenderRequest]) -> None:
    options = (
        "--preset fur --set dream.steps=2 --set look.scene=0 --engine eager --seed 7 --size 640x360 "
        "--fps 30000/1001 --start 0:01 --end 50f --seconds 2.5 --preview 320 --format jpg "
        "--timeline show.toml --first-frame a.png --sound music.mp3 --no-sound --move bass=look.depth:0.4 "
        "--move onset=look.light --audio drums.wav --bpm 133 --overwrite"
    )
    app(args=["render", "shots", "out", *options.split()], standalone_mode=False)
    assert requests == [
        RenderRequest(
            "shots",
            "out",
            "fur",
            ("dream.steps=2", "look.scene=0"),
            engine="eager",
            seed=7,
            size_wh=(640, 360),
            fps=Fraction(30000, 1001),
            start="0:01",
            end="50f",
            seconds=2.5,
            preview=320,
            picture_format="jpg",
            timeline=Path("show.toml"),
            first_frame=Path("a.png"),
            sound=False,
            sound_file=Path("music.mp3"),
            moves=(ModulationRow("bass", "look.depth", 0.4), ModulationRow("onset", "look.light", 0.5)),
            audio=Path("drums.wav"),
            bpm=133.0,
            overwrite=True,
        )
    ]


@pytest.mark.parametrize(
    ("options", "crew"),
    [(["--workers", "3"], (3, None)), (["--cluster", "tcp://here:1"], (None, "tcp://here:1"))],
)
def test_whoever_is_asked_for_renders_it(
    requests: list[RenderRequest], monkeypatch: pytest.MonkeyPatch, options: list[str], crew: tuple
) -> None:
    asked: list[tuple[workers.Crew, RenderRequest]] = []
    monkeypatch.setattr(workers.Crew, "run", lambda crew, request: asked.append((crew, request)))
    app(args=["render", "clip.mp4", "dream.mp4", *options], standalone_mode=False)
    assert asked == [(workers.Crew(*crew), RenderRequest("clip.mp4", "dream.mp4"))]
    assert not requests


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--preset eyes", "sets preset in"),
        ("--set dream.steps=2 --set look.scene=0", "sets set in"),
        ("--engine eager", "sets engine in"),
        ("--seed 5", "sets seed in"),
        ("--size 64x64", "sets size in"),
        ("--fps 30", "sets fps in"),
        ("--start 0:01", "sets start in"),
        ("--end 50f", "sets end in"),
        ("--seconds 2", "sets seconds in"),
        ("--preview 320", "sets preview in"),
        ("--format jpg", "sets format in"),
        ("--timeline t.toml", "sets timeline in"),
        ("--first-frame a.png", "sets first_frame in"),
        ("--sound m.mp3", "sets sound_file in"),
        ("--no-sound", "sets sound = false in"),
        ("--move bass=look.depth", "sets move in"),
        ("--audio a.wav", "sets audio in"),
        ("--bpm 99", "sets bpm in"),
        ("--overwrite", "sets overwrite = true in"),
        ("--workers 2", "leave out --workers"),
    ],
)
def test_an_option_beside_a_batch_is_told_and_what_to_write_in_its_file(
    told: Callable[..., str], options: str, said: str
) -> None:
    sentence = told("render", "--batch", "b.toml", *options.split())
    assert said in sentence
    if said.startswith("with "):
        assert sentence.startswith(options.replace(" --set", "") + ": ")
        assert said.removeprefix("with ").split()[0].strip(";") in WORDS


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["render"], "livedream render clip.mp4"),
        (["render", "clouds"], "livedream render clip.mp4"),
        (["render", "clouds", "a.mp4", "--batch", "b.toml"], "leave clouds out"),
        (["render", "--batch", "none.toml"], "none.toml"),
        (["render", "--batch", "~nosuch12/none.toml"], "~nosuch12"),
        (["render", "none.mp4", "a.mp4"], "none.mp4"),
        (["render", "clouds", "~nosuch12/a.mp4"], "~nosuch12"),
        (["render", "clouds", "a.avi"], ".mp4"),
        (["render", "clouds", "a.mp4", "--size", "12"], "1280x720"),
        (["render", "clouds", "a.mp4", "--fps", "0"], "--fps"),
        (["render", "clouds", "a.mp4", "--bpm", "7"], "--bpm 7: choose 20 to 400"),
        (["render", "clouds", "a.mp4", "--bpm", "quick"], "--bpm quick"),
        (["render", "clouds", "a.mp4", "--move", "bass"], "--move bass: write"),
        (["render", "clouds", "a.mp4", "--move", "channel 4=look.depth"], "no source 'channel 4'"),
        (["render", "clouds", "a.mp4", "--audio", "none.wav"], "--audio none.wav"),
        (["render", "clouds", "a.mp4", "--start", "soon"], "--start"),
        (["render", "clouds", "a.mp4", "--timeline", "none.toml"], "none.toml"),
        (["render", "clouds", "a.mp4", "--first-frame", "none.png"], "none.png"),
        (["render", "clouds", "nowhere/a.mp4"], "nowhere"),
        (["render", "clouds", "a.mp4", "--set", "dream.layers.eyez=1"], "eyes"),
    ],
)
def test_what_a_person_got_wrong_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: Callable[..., str],
    words: list[str],
    named: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert named in told(*words)
    assert not list(tmp_path.iterdir())
