"""`livedream engines`: which of its commands and options goes to what."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from livedream.cli import engines_command
from livedream.cli.engines_app import app
from livedream.errors import InputError
from livedream.presets import shipped
from livedream.resources import DEFAULT_PRESET


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what the commands ask for; nothing is built or removed."""
    calls: list[Any] = []
    monkeypatch.setattr(engines_command, "print_engines", lambda: calls.append("list"))
    monkeypatch.setattr(engines_command, "build", lambda *given: calls.append(given))
    monkeypatch.setattr(engines_command, "clear", lambda *, agreed: calls.append(agreed))
    return calls


def run(*arguments: str) -> None:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output


def test_without_a_command_it_lists(asked: list[Any]) -> None:
    run()
    run("list")
    assert asked == ["list", "list"]


def test_a_command_is_not_listed_before(asked: list[Any]) -> None:
    run("clear", "--yes")
    run("clear")
    assert asked == [True, False]


@pytest.mark.parametrize(
    ("words", "presets"),
    [((), (DEFAULT_PRESET,)), (("--preset", "lines"), ("lines",)), (("--all",), shipped())],
)
def test_what_is_built(asked: list[Any], words: tuple[str, ...], presets: tuple[str, ...]) -> None:
    run("build", *words, "--engine", "eager", "--size", "640x480", "--set", "dream.steps=2")
    ((options, names),) = asked
    assert tuple(names) == presets
    assert (options.preset, options.engine, options.size_wh) == (
        presets[0] if len(presets) == 1 else DEFAULT_PRESET,
        "eager",
        (640, 480),
    )
    assert list(options.assignments) == ["dream.steps=2"]


def test_all_and_one_is_refused(asked: list[Any]) -> None:
    with pytest.raises(InputError, match="give one of the two"):
        run("build", "--all", "--preset", "lines")
    assert not asked
