"""`livedream cameras`, `livedream presets` and `livedream settings`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from livedream.errors import InputError
from livedream.own_presets import OwnPresets
from livedream.presets import load, shipped
from livedream.resources import DEFAULT_PRESET
from livedream.settings import SettingInfo, describe, markdown


def print_cameras() -> None:
    """Print a line for each camera, with its value for --source."""
    from livedream.sources.cameras import list_cameras

    found = list_cameras()
    console = Console()
    if not found:
        console.print("no camera found; plug one in, or dream from a file: --source FILE")
        return
    table = Table("index", "name", "--source", box=None, padding=(0, 2))
    for camera in found:
        table.add_row(str(camera.index), camera.name, f'"camera:{camera.name}"')
    console.print(table)


def print_presets() -> None:
    """Print the shipped presets, and below them one's own."""
    console = Console()
    table = Table(box=None, padding=(0, 2), show_header=False)
    for name in shipped():
        table.add_row(name, load(name).description + (" (the default)" if name == DEFAULT_PRESET else ""))
    for preset in OwnPresets().load(lambda said: console.print(said, markup=False, highlight=False)):
        table.add_row(preset.name, preset.description + " (your own)")
    console.print(table)


def print_preset(name: str) -> None:
    """Print every setting of a preset: its value, range, unit and meaning. Raises InputError."""
    preset = load(name)
    tree = preset.settings.model_dump()
    words = Column("setting", no_wrap=True, min_width=max(len(info.word) for info in describe()))
    table = Table(words, "value", Column("range", no_wrap=True), "meaning", box=None, padding=(0, 1))
    for info in describe():
        section, _, key = info.word.partition(".")
        table.add_row(info.word, _shown(tree[section][key]), _allowed(info), info.help + _unit(info))
    console = Console()
    console.print(f"{preset.name}: {preset.description}")
    console.print(table)


def print_settings(word: str | None, as_markdown: bool) -> None:
    """Print every setting, or those of a section or with a word in them. Raises InputError."""
    if as_markdown:
        print(markdown(), end="")  # noqa: T201
        return
    found = [info for info in describe() if word is None or word in info.word]
    if not found:
        sections = dict.fromkeys(info.word.partition(".")[0] for info in describe())
        raise InputError(f"no setting matches {word!r}; the sections are: {', '.join(sections)}")
    words = Column("setting", no_wrap=True, min_width=max(len(info.word) for info in found))
    table = Table(words, "default", Column("range", no_wrap=True), "meaning", box=None, padding=(0, 1))
    for info in found:
        table.add_row(info.word, _shown(info.default), _allowed(info), info.help + _unit(info))
    Console().print(table)


def _allowed(info: SettingInfo) -> str:
    return info.allowed if info.is_number else "\n".join(info.choices)


def _unit(info: SettingInfo) -> str:
    return f" ({info.unit})" if info.unit else ""


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, tuple | str):
        return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else value or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
