from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from livedream.errors import InputError
from livedream.offline.batch import is_done, load_batch
from livedream.offline.job import job_of
from livedream.offline.render import render
from livedream.offline.render_request import RenderRequest
from livedream.settings.modulation_row import ModulationRow


def batch(tmp_path: Path, text: str) -> list[RenderRequest]:
    file = tmp_path / "batch.toml"
    file.write_text(text)
    return load_batch(file)


def test_the_words_are_those_of_the_command_and_paths_are_the_files_own(tmp_path: Path) -> None:
    (request, clouds) = batch(
        tmp_path,
        '[[render]]\nin = "clip.mp4"\nout = "a.mp4"\npreset = "fur"\nset = { dream.steps = 3 }\n'
        'engine = "eager"\nseed = 4\nsize = "640x360"\nfps = "30000/1001"\nstart = "0:01"\nend = 20\n'
        'preview = 320\ntimeline = "t.toml"\nsound = false\nsound_file = "s.mp3"\nbpm = 133\n'
        'audio = "d.wav"\nmove = ["bass=look.depth:0.4"]\noverwrite = true\n'
        '[[render]]\nin = "clouds"\nout = "b"\nseconds = 2\nformat = "jpg"\nfps = 25\npreset = "mine.toml"\n',
    )
    assert request == RenderRequest(
        str(tmp_path / "clip.mp4"),
        str(tmp_path / "a.mp4"),
        "fur",
        changes={"dream.steps": 3},
        engine="eager",
        seed=4,
        size_wh=(640, 360),
        fps=Fraction(30000, 1001),
        start="0:01",
        end="20",
        preview=320,
        timeline=tmp_path / "t.toml",
        sound=False,
        sound_file=tmp_path / "s.mp3",
        moves=(ModulationRow("bass", "look.depth", 0.4),),
        audio=tmp_path / "d.wav",
        bpm=133.0,
        overwrite=True,
    )
    assert clouds == RenderRequest(
        "clouds",
        str(tmp_path / "b"),
        str(tmp_path / "mine.toml"),
        seconds=2.0,
        picture_format="jpg",
        fps=Fraction(25),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"\[\[render\]\]"),
        ("[[render", "TOML"),
        ("[[render]]\nin = 'a.mp4'", "out ="),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\npresets = 'eyes'", "presets"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nfps = 'fast'", "render 1: fps = fast: write it as"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nsound = 'no'", "true or false"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nengine = 'abacus'", "abacus"),
        ("[[render]]\nin = 'a.mp4'\nout = ['b.mp4']", "string"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nmove = 'bass=look.depth'", "write it as"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nmove = ['bass']", "render 1: move = bass: write"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nbpm = 999", "render 1: bpm = 999: choose 20 to 400"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nbpm = 'fast'", "render 1: bpm = fast: write it as"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nsize = '9x9'", "render 1: size = 9x9: each side"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nseconds = 0", "render 1: seconds = 0: use more"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\npreview = 5", "render 1: preview = 5: use a width"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\nseed = -1", "render 1: seed = -1: use a whole"),
        ('[[render]]\nin = "a.mp4"\nout = "b\\u0000.mp4"', "render 1: out .* NUL"),
        ('[[render]]\nin = "a.mp4"\nout = "b.mp4"\ntimeline = "t\\u0000"', "render 1: timeline .* NUL"),
        ("[[render]]\nin = '~nosuch12/a.mp4'\nout = 'b.mp4'", "render 1: ~nosuch12"),
        ("[[render]]\nin = 'a.mp4'\nout = '~nosuch12/b.mp4'", "render 1: ~nosuch12"),
        ("[[render]]\nin = 'a.mp4'\nout = 'b.mp4'\ntimeline = '~nosuch12/t.toml'", "render 1: ~nosuch12"),
        ("[[render]]\nin = 'a'\nout = 'b.mp4'\n[[render]]\nin = 'c'\nout = 'b.mp4'", "several"),
    ],
)
def test_a_batch_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        batch(tmp_path, text)


def test_what_is_there_as_wished_is_done(
    make_pictures: Callable[..., Path], tmp_path: Path, fake_engines: Callable[..., Any]
) -> None:
    shots = make_pictures(3)
    for name in ("out", "out.gif", "frames/f_%d.png"):
        (tmp_path / "frames").mkdir(exist_ok=True)
        request = RenderRequest(
            str(shots), str(tmp_path / name), assignments=("dream.working_px=4096",), fps=Fraction(10)
        )
        assert not is_done(request)
        render(job_of(request), fake_engines(), lambda *_: None)
        assert is_done(request)
        moves = (ModulationRow("sine 1 hz", "look.depth"),)
        for other in (
            replace(request, preset="lines"),
            replace(request, seed=1),
            replace(request, moves=moves),
        ):
            assert not is_done(replace(other, overwrite=True))
            with pytest.raises(InputError, match="but its settings or the contents"):
                is_done(other)


def test_frames_of_another_format_or_name_are_not_done(
    make_pictures: Callable[..., Path], tmp_path: Path, fake_engines: Callable[..., Any]
) -> None:
    shots = make_pictures(3)
    request = RenderRequest(str(shots), str(tmp_path / "out"), assignments=("dream.working_px=4096",))
    render(job_of(request), fake_engines(), lambda *_: None)
    assert is_done(request)
    for other in (
        replace(request, picture_format="jpg"),
        replace(request, output=str(tmp_path / "out" / "f_%d.png")),
    ):
        assert not is_done(replace(other, overwrite=True))
        with pytest.raises(InputError, match="overwrite = true"):
            is_done(other)


@pytest.mark.parametrize("changed", ["the source", "a file", "an older livedream"])
def test_what_was_made_from_other_contents_is_replaced_only_if_asked_to(
    make_pictures: Callable[..., Path], tmp_path: Path, fake_engines: Callable[..., Any], changed: str
) -> None:
    shots, first = make_pictures(3), make_pictures(1, "firsts") / "shot 1.png"
    request = RenderRequest(
        str(shots), str(tmp_path / "out"), assignments=("dream.working_px=4096",), first_frame=first
    )
    render(job_of(request), fake_engines(), lambda *_: None)
    assert is_done(request)
    assert is_done(replace(request, overwrite=True)), "or a batch would never go on behind it"
    if changed == "an older livedream":
        recipe = tmp_path / "out" / "livedream.toml"
        lines = recipe.read_text().splitlines(keepends=True)
        recipe.write_text("".join(line for line in lines if not line.startswith("# content")))
        assert recipe.read_text().count("\n") == len(lines) - 1
    else:
        file = first if changed == "a file" else shots / "shot 2.png"
        file.write_bytes(file.read_bytes() + b"a word behind the picture")
    with pytest.raises(InputError, match="contents of its sources are not those of now"):
        is_done(request)
    assert not is_done(replace(request, overwrite=True))


def test_what_a_dream_looks_at_lies_in_the_files_own_folder(tmp_path: Path) -> None:
    seen = ("flowers.png", "itself", "clouds:7", "https://example.org/a.mp4", str(tmp_path / "there.png"))
    requests = batch(
        tmp_path,
        "".join(
            f'[[render]]\nin = "clouds"\nout = "{number}.mp4"\nset = {{ dream.guide = "{name}" }}\n'
            for number, name in enumerate(seen)
        ),
    )
    found = [request.changes["dream.guide"] for request in requests]
    assert found == [str(tmp_path / "flowers.png"), *seen[1:]]
