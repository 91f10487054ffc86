"""What a setting, its value and its help are as text, and text as a value."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from html import escape
from math import floor, log10
from typing import Any

from livedream.settings import SettingInfo
from livedream.toml_table import toml_table

NAMES = {"dream.working_px": "working size"}
"""Words whose parts alone do not say what they are."""

EXAMPLES = {"list": "a, b", "table": "a = 1, b = 0.5"}
"""What can be typed for each kind; for some settings something else."""

OWN_EXAMPLES = {
    "dream.channels": "eyes = {3 = 1.5}",
    "dream.without": "eyes = [1, 2]",
    "dream.octave_sizes": "1, 0.5",
    "colour.target": "1, 0.5, 0",
}

SIGNIFICANT = 4
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_ITEM = re.compile(r"[^\s,\"'\[\]{}=](?:[^,\"'\[\]{}=]*[^\s,\"'\[\]{}=])?")


def readable(info: SettingInfo) -> str:
    """Return a setting's name for people: its unit is told elsewhere."""
    name = info.name
    if info.unit.startswith("px") and name.endswith("_px"):
        name = name.removesuffix("_px")
    if info.unit == "s" and name.endswith("_s"):
        name = name.removesuffix("_s")
        name += "" if name.endswith("period") else " time"
    return NAMES.get(info.word, name.replace("_", " "))


def short_unit(info: SettingInfo) -> str:
    """Return a unit as it stands beside a value: its first words."""
    unit = re.split(r" of the grid|, each", info.unit)[0]
    return unit.replace(" per second", "/s")


def tip(info: SettingInfo) -> str:
    """Return what is told of a setting under the mouse: word, help, range and default."""
    unit = f" {info.unit}" if info.unit else ""
    allowed = f"{info.allowed}{unit}; " if info.allowed else ""
    lines = [f"<b>{escape(info.word)}</b>", escape(info.help)]
    lines.append(escape(f"{allowed}default: {value_text(info.default) or 'none'}"))
    if info.lifetime == "engine":
        lines.append("A change builds another engine in the background.")
    return f"<qt>{'<br>'.join(lines)}</qt>"


def example(info: SettingInfo) -> str:
    """Return what stands in an empty line of text."""
    shown = OWN_EXAMPLES.get(info.word, EXAMPLES.get(info.kind))
    return f"none; for example: {shown}" if shown else "none"


def matches(info: SettingInfo, searched: str) -> bool:
    """Return whether a setting has all words that are searched for in its word, name, group or help."""
    text = f"{info.word} {readable(info)} {info.group} {info.help}".lower()
    return all(term in text for term in searched.lower().split())


def neat(info: SettingInfo, number: float) -> float:
    """Return a number of a slider without the digits that nobody means."""
    return info.clamp(float(f"{number:.{SIGNIFICANT}g}"))


def decimals(info: SettingInfo) -> int:
    """Return how many decimals each value of a setting has at least: those of its step."""
    if info.kind != "number" or info.scale != "linear" or not info.step:
        return 0
    return max(0, -floor(log10(info.step)))


def number_text(number: float, least: int = 0) -> str:
    """Write a number with as many digits as matter, and at least so many decimals."""
    text = _digits(number)
    _, _, written = text.partition(".")
    return text if len(written) >= least else f"{number:.{least}f}"


def _digits(number: float) -> str:
    if number == int(number) and abs(number) < 1e15:
        return str(int(number)) if abs(number) >= 100 else f"{number:g}"
    if abs(number) >= 1000:
        return f"{number:.0f}"
    return f"{float(f'{number:.{SIGNIFICANT}g}'):g}"


def value_text(value: Any) -> str:
    """Write a value as it can be typed: a list as `a, b`, a table as `a = 1, b = 2`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_key(key)} = {_inner(inner)}" for key, inner in value.items())
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(value if all(map(_is_plain, value)) else map(_inner, value))
    return _inner(value)


def typed_value(info: SettingInfo, text: str) -> Any:
    """Read what was typed for a text, a list or a table; what cannot be read is given as it is."""
    stripped = text.strip()
    if info.kind == "list":
        return _list(stripped)
    return _table(stripped) if info.kind == "table" else stripped


def _list(text: str) -> Any:
    read = _toml(text if text.startswith("[") else f"[{text}]")
    if isinstance(read, list):
        return tuple(read)
    return tuple(_plain(part.strip()) for part in text.split(",") if part.strip())


def _table(text: str) -> Any:
    if any(mark in text for mark in "{[\"'"):
        read = _toml(text if text.startswith("{") else f"{{{text}}}")
        return text if read is None else read
    pairs = [part.rpartition("=") for part in text.split(",") if part.strip()]
    if not all(equals for _, equals, _ in pairs):
        return text
    return {key.strip(): _plain(value.strip()) for key, _, value in pairs}


def _toml(text: str) -> Any:
    try:
        return toml_table(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return None


def _plain(text: str) -> Any:
    read = _toml(text)
    return read if isinstance(read, int | float) else text


def _is_plain(item: Any) -> bool:
    """Return whether an item of a list is a text that needs no marks around it."""
    return isinstance(item, str) and bool(_PLAIN_ITEM.fullmatch(item)) and _plain(item) == item


def _key(key: Any) -> str:
    return str(key) if _BARE.fullmatch(str(key)) else json.dumps(str(key), ensure_ascii=False)


def _inner(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{{value_text(value)}}}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) and value == float(f"{value:g}") else repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"[{', '.join(_inner(item) for item in value)}]"
