"""Presets: settings in TOML files, by name or by path."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs
import tomli_w

from livedream.containers.checked_file import is_there
from livedream.errors import InputError
from livedream.resources import folder
from livedream.settings import Settings, change
from livedream.settings.modulation_row import ModulationRow, row_tables, rows_from
from livedream.toml_table import toml_table
from livedream.whole_file import write_text

MODULATION = "modulation"
"""The tables of a preset file that say what moves its settings: [[modulation]]."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A named look.

    rows: what moves its settings. is_own: it lies in the person's own folder. order: its place
    among those, 0 for none in particular. in_file: the settings that its file has, where others
    were set on top of them; None: `settings`.
    """

    name: str
    description: str
    settings: Settings
    rows: tuple[ModulationRow, ...] = ()
    is_own: bool = False
    order: int = 0
    in_file: Settings | None = None


def shipped() -> tuple[str, ...]:
    """List the names of the presets that ship with livedream, in order."""
    return tuple(sorted(path.stem for path in folder("configs").glob("*.toml")))


def own_folder() -> Path:
    """Return where a person's own presets lie; it need not exist."""
    return platformdirs.user_config_path("livedream", appauthor=False) / "presets"


def own(at: Path | None = None) -> tuple[str, ...]:
    """List the names of a person's own presets. at: their folder."""
    files = (at or own_folder()).glob("*.toml")
    return tuple(sorted(path.stem for path in files if not path.name.startswith(".")))


def load(name_or_file: str) -> Preset:
    """Load a preset by the name of a shipped one, of one's own, or by the path of a TOML file.

    A guide or style that it names as a file is looked for beside it.
    Raises InputError for an unknown name, a file that is not TOML, an unknown key or a value out of
    range.
    """
    path = _find(name_or_file)
    return load_own(path) if path.parent == own_folder() else load_file(path)


def load_own(path: Path) -> Preset:
    """Load one of a person's own presets; its name is that of its file. Raises InputError as `load` does."""
    return replace(load_file(path), name=path.stem, is_own=True)


def load_file(path: Path) -> Preset:
    """Load a preset from a file. Raises InputError as `load` does."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(f"the preset {path} is not valid TOML: {fault}") from fault
    except OSError as fault:
        raise InputError(f"the preset {path} cannot be read: {fault.strerror}") from fault
    preset = parse(text, path)
    return replace(preset, settings=_beside(preset.settings, path.parent))


def _beside(settings: Settings, folder: Path) -> Settings:
    """Find the pictures that are named by a path from `folder`."""
    named = {"dream.guide": settings.dream.guide, "dream.style": settings.dream.style}
    files = {word: folder / name for word, name in named.items() if name}
    return change(settings, {word: str(file.resolve()) for word, file in files.items() if is_there(file)})


def parse(text: str, path: Path) -> Preset:
    """Read a preset from its text; path: where it stands, for its name and for messages.

    Raises InputError as `load` does.
    """
    try:
        table = toml_table(text)
    except tomllib.TOMLDecodeError as fault:
        raise InputError(f"the preset {path} is not valid TOML: {fault}") from fault
    return _preset(table, path)


def save(
    path: Path, settings: Settings, description: str = "", rows: Iterable[ModulationRow] = (), order: int = 0
) -> None:
    """Save settings as a preset named as its file, in place of an older one. rows: what moves them.

    Raises InputError if it cannot be written; then the older one is as it was.
    """
    try:
        write_text(path, preset_text(path.stem, settings, description, rows, order))
    except OSError as fault:
        raise InputError(f"the preset {path} cannot be written: {fault.strerror}") from fault


def preset_text(
    name: str, settings: Settings, description: str = "", rows: Iterable[ModulationRow] = (), order: int = 0
) -> str:
    """Write settings as a preset file, every one of them: it stays what it is when defaults change."""
    told: dict[str, Any] = {"name": name}
    told |= {"description": description} if description else {}
    told |= {"order": order} if order else {}
    return as_toml(told | preset_table(settings, rows))


def preset_table(settings: Settings, rows: Iterable[ModulationRow] = ()) -> dict[str, Any]:
    """Return settings, and the rows that move them, as the tables of a preset file."""
    table: dict[str, Any] = _plain(settings.model_dump(mode="json"))
    moved = row_tables(rows)
    return table | ({MODULATION: moved} if moved else {})


def as_toml(table: Mapping[str, Any]) -> str:
    """Write a table; what is None is left out, and what is no Unicode in a file's name becomes "?"."""
    return tomli_w.dumps(_plain(table))


def _plain(value: Any) -> Any:
    """Convert to types that TOML knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _find(name_or_file: str) -> Path:
    path = folder("configs") / f"{name_or_file}.toml"
    if name_or_file in shipped():
        return path
    if name_or_file in own():
        return own_folder() / f"{name_or_file}.toml"
    given = Path(name_or_file)
    try:
        given = given.expanduser()
        is_file, is_folder = given.is_file(), bool(name_or_file) and given.is_dir()
    except (OSError, ValueError, RuntimeError):  # no possible path: too long, a NUL, an unknown ~user
        is_file = is_folder = False
    if is_file:
        return given
    if is_folder:
        raise InputError(f"the preset {name_or_file} is a directory; give a TOML file or one of: {_names()}")
    near = difflib.get_close_matches(name_or_file, [*shipped(), *own()], n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are: {_names()}"
    raise InputError(f"there is no preset {name_or_file!r}, by name or as a file; {hint}")


def _names() -> str:
    return ", ".join([*shipped(), *own()])


def _preset(table: dict[str, Any], path: Path) -> Preset:
    name = str(table.pop("name", path.stem))
    description = str(table.pop("description", ""))
    rows = rows_from(table.pop(MODULATION, []), str(path))
    order = table.pop("order", 0)
    if not isinstance(order, int) or order < 0:
        raise InputError(f"{path}: order = {order!r} is no place; write a whole number from 1")
    changes: dict[str, Any] = {}
    for section, values in table.items():
        if section not in Settings.model_fields:
            sections = ", ".join(f"[{known}]" for known in Settings.model_fields)
            raise InputError(f"{path}: there is no section or key {section!r}; the sections are {sections}")
        if not isinstance(values, Mapping):
            raise InputError(
                f"{path}: {section} = {values!r} is in no section; put it under [dream] or another section"
            )
        changes |= {f"{section}.{key}": value for key, value in values.items()}
    return Preset(name, description, change(Settings(), changes, origin=str(path)), rows, order=order)


def apply_assignments(settings: Settings, assignments: list[str]) -> Settings:
    """Return the settings with `word=value` assignments made, values as in TOML or bare words.

    `dream.layers.eyes=0.5` sets one entry of a table. Raises InputError.
    """
    for assignment in assignments:
        word, equals, text = assignment.partition("=")
        if not equals:
            raise InputError(f"--set {assignment}: write it as WORD=VALUE, for example dream.steps=3")
        settings = change(settings, _entry(settings, word.strip(), _value(text.strip())))
    return settings


def _value(text: str) -> Any:
    try:
        table = toml_table(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if len(table) == 1 else text


def _entry(settings: Settings, word: str, value: Any) -> dict[str, Any]:
    section, name, *rest = [*word.split("."), ""]
    table = getattr(getattr(settings, section, None), name, None)
    key = ".".join(part for part in rest if part)
    if not key or not isinstance(table, Mapping):
        return {word: value}
    return {f"{section}.{name}": {**table, key: value}}
