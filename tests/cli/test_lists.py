"""`livedream presets` and `livedream settings`: which of their words goes to what."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from livedream.cli import preset_sheet
from livedream.cli.app import app
from livedream.cli.show_options import Options
from livedream.errors import InputError
from livedream.presets import shipped
from livedream.resources import DEFAULT_PRESET


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_presets_lists_all_of_them_or_shows_one() -> None:
    listed = shown("presets")
    assert all(name in listed for name in shipped())
    one = shown("presets", "lines")
    assert one.startswith("lines: ")
    assert "setting" in one
    assert "(the default)" in listed


@pytest.mark.parametrize(("name", "dreamed"), [(None, shipped()), ("lines", ("lines",))])
def test_a_sheet_shows_all_of_them_or_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str | None, dreamed: tuple[str, ...]
) -> None:
    asked: list[tuple[Options, tuple[str, ...], Path]] = []
    monkeypatch.setattr(preset_sheet, "run", lambda *given: asked.append(given))
    file = tmp_path / "sheet.png"
    words = [] if name is None else [name]
    shown("presets", *words, "--sheet", str(file), "--source", "clouds", "--engine", "eager")
    ((options, names, to),) = asked
    assert (options.source, options.preset, options.engine) == ("clouds", DEFAULT_PRESET, "eager")
    assert (tuple(names), to) == (dreamed, file)


@pytest.mark.parametrize("option", [("--source", "clouds"), ("--engine", "eager")])
def test_what_only_a_sheet_takes_is_refused_without_one(option: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="give --sheet FILE, too"):
        shown("presets", *option)


def test_settings_lists_all_or_those_of_a_word() -> None:
    listed, found = shown("settings"), shown("settings", "persistence")
    assert "persistence" in found
    assert 0 < len(found.splitlines()) < len(listed.splitlines())


def test_settings_prints_the_page_of_the_docs() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
    assert shown("settings", "--markdown") == page.read_text(encoding="utf-8")
