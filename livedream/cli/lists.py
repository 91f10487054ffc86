"""`livedream presets` and `livedream settings`: what there is to choose and to turn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from livedream.cli.show_options import EngineOption, Options, SourceOption
from livedream.errors import InputError
from livedream.resources import DEFAULT_PRESET


def presets(
    name: Annotated[
        str | None,
        typer.Argument(help="Show this one's settings; from: those of a FILE.", show_default=False),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(help="What livedream made: a film, a picture, a folder.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="With from: write a preset file.", metavar="PRESET.toml", show_default=False),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            help="Write a picture (.png, .jpg) of how each dreams.", metavar="FILE", show_default=False
        ),
    ] = None,
    source: SourceOption = None,
    engine: EngineOption = "auto",
) -> None:
    """List the presets, show one, or dream a source with each and put the dreams on one sheet."""
    from livedream.cli.listing import print_preset, print_presets
    from livedream.presets import shipped

    if name == "from" or file is not None or out is not None:
        from livedream.cli.presets_from import run_as

        run_as((name, file), out)
    elif sheet is not None:
        from livedream.cli.preset_sheet import run

        run(Options(source, DEFAULT_PRESET, engine=engine), shipped() if name is None else (name,), sheet)
    elif source is not None or engine != "auto":
        raise InputError("--source and --engine say how a sheet is dreamed: give --sheet FILE, too")
    elif name is None:
        print_presets()
    else:
        print_preset(name)


def settings(
    word: Annotated[
        str | None, typer.Argument(help="A section, or a part of a word.", show_default=False)
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print docs/settings.md.")] = False,
) -> None:
    """List every setting: its word, default, range and meaning."""
    from livedream.cli.listing import print_settings

    print_settings(word, markdown)
