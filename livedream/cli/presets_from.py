"""`livedream presets from FILE`: the settings that a film or a picture was made with."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from livedream.errors import InputError
from livedream.sinks.render_recipe import recipe_of
from livedream.whole_file import write_text


def run_as(words: tuple[str | None, Path | None], out: Path | None) -> None:
    """Read `presets from FILE`. Raises InputError for anything else."""
    word, file = words
    if word != "from" or file is None:
        raise InputError("write it as: livedream presets from FILE, and --out PRESET.toml to save them")
    run(file, out)


def run(file: Path, out: Path | None) -> None:
    """Print a preset file of what `file` was made with, or write it to `out`. Raises InputError."""
    recipe = recipe_of(file)
    text = recipe.text()
    begins = " (as it begins: its timeline is in the comments)" if "segment" in recipe.made else ""
    if out is None:
        typer.echo(text, nl=False)
        return
    if out.suffix.lower() != ".toml":
        raise InputError(f"--out {out}: the name of a preset must end in .toml")
    if out.exists():
        raise InputError(f"--out {out} already exists; choose another name")
    try:
        write_text(out, text)
    except OSError as fault:
        raise InputError(f"--out {out} cannot be written: {fault.strerror}") from fault
    Console().print(f"{out}: livedream --preset {out}{begins}", markup=False, highlight=False, soft_wrap=True)
