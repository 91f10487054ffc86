"""`livedream engines` and its commands; what each does lies in `engines_command`."""

from __future__ import annotations

from typing import Annotated

import typer

from livedream.cli.show_options import EngineOption, Options, SetOption, SizeOption, parse_size
from livedream.errors import InputError
from livedream.resources import DEFAULT_PRESET

app = typer.Typer(
    help="List, build or remove the engines that are kept on disk.", invoke_without_command=True
)


@app.callback()
def _engines(context: typer.Context) -> None:
    """List, build or remove the engines that are kept on disk. Without a command: list."""
    if context.invoked_subcommand is None:
        list_engines()


@app.command("list")
def list_engines() -> None:
    """List the engines: what each dreams, how fast, how it agrees with eager, when it was used."""
    from livedream.cli.engines_command import print_engines

    print_engines()


@app.command("build")
def build_engines(
    preset: Annotated[
        str | None,
        typer.Option(
            help=f"A preset's name, or a TOML file; without it {DEFAULT_PRESET}.",
            metavar="NAME-OR-FILE",
            show_default=False,
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Build for every preset.")] = False,
    set_: SetOption = None,
    engine: EngineOption = "auto",
    size: SizeOption = "1280x720",
) -> None:
    """Build what a preset needs at an output size, ahead of the show; its first frame then comes at once."""
    from livedream.cli.engines_command import build
    from livedream.presets import shipped

    if every and preset is not None:
        raise InputError(f"--preset {preset}: --all builds for every preset; give one of the two")
    chosen = DEFAULT_PRESET if preset is None else preset
    options = Options(None, chosen, set_ or [], engine, parse_size(size))
    build(options, shipped() if every else (chosen,))


@app.command("clear")
def clear_engines(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove every engine from the disk, and what unfinished builds have left there."""
    from livedream.cli.engines_command import clear

    clear(agreed=yes)
