"""What a film was made with, as text: a preset file whose first lines tell the rest."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from livedream.errors import InputError
from livedream.presets import as_toml, parse, preset_text
from livedream.settings import Settings
from livedream.settings.modulation_row import ModulationRow
from livedream.toml_table import toml_table

SIDECAR = "livedream.toml"
"""What the recipe in a folder of frames is called."""

MADE_BY = "livedream"
"""The first word of a recipe; its value is the version."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings by the preset's name, the rows that moved them, and what else decided the pictures.

    made: words such as livedream (the version), engine, seed and source -> values that TOML knows.
    """

    name: str
    settings: Settings
    made: dict[str, Any] = field(default_factory=dict)
    rows: tuple[ModulationRow, ...] = ()

    def text(self) -> str:
        """Write it as a preset file; `made` stands in its first lines, behind #."""
        notes = as_toml(self.made)
        header = "".join(f"# {line}".rstrip() + "\n" for line in notes.split("\n") if line)
        return f"{header}\n{preset_text(self.name, self.settings, rows=self.rows)}"


def parse_recipe(text: str, origin: Path) -> Recipe:
    """Read what `Recipe.text` wrote. Raises InputError if it is nothing that livedream wrote."""
    # Not splitlines, which also splits at what TOML takes for letters.
    header = [line[1:].removeprefix(" ") for line in text.split("\n") if line.startswith("#")]
    try:
        made = toml_table("\n".join(header))
    except tomllib.TOMLDecodeError:
        made = {}
    if MADE_BY not in made:
        raise InputError(
            f"{origin} does not contain its settings; give a film, a picture or a folder that livedream made"
        )
    preset = parse(text, origin)
    return Recipe(preset.name, preset.settings, made, preset.rows)


def recipe_of(path: Path) -> Recipe:
    """Read what a film, a picture or a folder of frames was made with. Raises InputError."""
    if path.is_dir():
        path = path / SIDECAR
    if not path.is_file():
        raise InputError(f"there is no file {path}; give a film, a picture or a folder that livedream made")
    if path.suffix.lower() != ".toml":
        from livedream.sinks.metadata import read_metadata  # loads FFmpeg and Pillow

        return parse_recipe(read_metadata(path), path)
    try:
        return parse_recipe(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(f"{path} cannot be read; it is damaged, or not a text file") from fault
