"""What a command does not take is told in one sentence."""

from __future__ import annotations

import pytest

from livedream.cli import _run


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            "image a.png b.png --rounds abc",
            "--rounds abc: it should be a valid integer; see livedream",
        ),
        (
            "image a.png b.png --rounds=0",
            "--rounds 0: it should be greater than or equal to 1; see",
        ),
        ("image a.png b.png --seed -1", "--seed -1: it should be greater than or equal to 0"),
        ("zoom a.png b.mp4 --rotate 900", "--rotate 900: it should be less than or equal to 360"),
        ("render a.mp4 b.mp4 --prest fur", "there is no option --prest (did you mean "),
        ("--nope", "there is no option --nope"),
        (
            "engines foo",
            "there is no command foo; choose one of: list, build, clear; see livedream",
        ),
        ("nonsense", "there is no command nonsense; choose one of: render, image"),
        ("image a.png", "the argument OUT is missing: livedream image [OPTIONS] {PICTURE} {OUT}; see"),
        ("image a.png b.png c.png", "c.png: nothing of that kind is expected here; see livedream image -h"),
        ("render a.mp4 b.mp4 --fps", "--fps needs a value; see livedream"),
    ],
)
def test_it_names_the_thing_the_value_and_the_way_out(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(words.split()) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert printed.startswith("livedream: ")
    assert printed.count("\n") == 1
