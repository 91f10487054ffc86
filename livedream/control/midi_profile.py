"""Profiles: the bindings of a controller as a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import platformdirs

from livedream.control.midi_binding import Binding, MidiSource, check_binding
from livedream.errors import InputError
from livedream.presets import as_toml
from livedream.sources.source_spec import expanded
from livedream.toml_table import toml_table
from livedream.whole_file import write_text

KEYS: Mapping[str, tuple[type, ...]] = {
    "target": (str,),
    "kind": (str,),
    "channel": (int,),
    "number": (int,),
    "low": (int, float),
    "high": (int, float),
    "threshold": (int, float),
    "pickup": (bool,),
}
"""The keys of a binding, and the types of their values."""

DEFAULT = "default"
"""The profile that is used if none is named."""

REQUIRED = ("target", "kind", "number")
NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


class MidiProfile(NamedTuple):
    """What controllers are bound to. ports: parts of the names of those that are opened; none: all."""

    bindings: tuple[Binding, ...] = ()
    ports: tuple[str, ...] = ()


def load_profile(file: Path, commands: Container[str]) -> MidiProfile:
    """Read a profile: [[binding]] tables, and ports. Raises InputError naming file, key and value."""
    try:
        content = toml_table(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError(f"{file} is not valid TOML: {fault}") from fault
    except OSError as fault:
        raise InputError(f"{file} cannot be read: {fault.strerror}") from fault
    for key in content:
        if key not in ("ports", "binding"):
            possible = "there are only ports and [[binding]] tables"
            raise InputError(f"{file}: {key} = {content[key]!r} is not possible: {possible}")
    ports = content.get("ports", [])
    if not isinstance(ports, list) or not all(isinstance(port, str) for port in ports):
        raise InputError(f"{file}: ports = {ports!r} is not possible: it must be a list of names")
    tables = content.get("binding", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"{file}: binding = {tables!r} is not possible: it must be [[binding]] tables")
    bindings = [
        _binding(table, commands, f"{file}: binding {number}") for number, table in enumerate(tables, 1)
    ]
    return MidiProfile(tuple(bindings), tuple(ports))


def save_profile(file: Path, profile: MidiProfile) -> None:
    """Write a profile, in place of an older one. Raises InputError; then that is as it was."""
    content: dict[str, Any] = {"ports": list(profile.ports)} if profile.ports else {}
    content["binding"] = [_table(one) for one in profile.bindings]
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, as_toml(content))
    except OSError as fault:
        raise InputError(f"{file} cannot be written: {fault.strerror}") from fault


def profile_folder() -> Path:
    """Return the folder in which a person's profiles are kept."""
    return platformdirs.user_config_path("livedream", appauthor=False) / "midi"


def profile_file(name_or_file: str, folder: Path) -> Path:
    """Return the file of a profile: what is named with a folder or ends in .toml is one itself.

    name_or_file: "" for the default one. folder: where those are that have a name only.
    """
    given = Path(name_or_file or DEFAULT)
    is_file = given.suffix == ".toml" or len(given.parts) > 1
    return expanded(str(given)) if is_file else folder / f"{given}.toml"


def _table(binding: Binding) -> dict[str, Any]:
    source = binding.source
    table: dict[str, Any] = {
        "target": binding.target,
        "kind": source.kind,
        "channel": source.channel,
        "number": source.number,
        "low": binding.low,
        "high": binding.high,
        "threshold": binding.threshold,
        "pickup": binding.pickup,
    }
    return {key: value for key, value in table.items() if value is not None}


def _binding(table: Mapping[str, Any], commands: Container[str], origin: str) -> Binding:
    for key, value in table.items():
        _check(key, value, origin)
    for key in REQUIRED:
        if key not in table:
            raise InputError(f"{origin}: {key} is missing")
    source = MidiSource(table.get("channel", 1), table["kind"], table["number"])
    options = {key: table[key] for key in ("low", "high", "threshold", "pickup") if key in table}
    binding = Binding(source, table["target"], **options)
    try:
        check_binding(binding, commands)
    except InputError as fault:
        raise InputError(f"{origin}: {fault}") from fault
    return binding


def _check(key: str, value: Any, origin: str) -> None:
    if key not in KEYS:
        raise InputError(f"{origin}: {key} = {value!r} is not possible: the keys are {', '.join(KEYS)}")
    types = KEYS[key]
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise InputError(f"{origin}: {key} = {value!r} is not possible: it must be {NAMES[types[-1]]}")
