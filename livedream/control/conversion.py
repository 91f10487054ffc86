"""Turns what a control sends into what a setting takes."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from typing import Any

from livedream.settings import SettingInfo
from livedream.toml_table import toml_table

SHOWN = 60
"""Characters of a wrong value that a sentence shows."""

SWITCH = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}


class NotPossibleError(ValueError):
    """A value that a setting cannot take; one sentence that names both."""


def converted(info: SettingInfo, value: Any) -> Any:
    """Return a value as its setting takes it: numbers within the range, switches as booleans.

    A choice may also be given by its place, the first is 0. A list or a table may be written as in TOML.
    Raises NotPossibleError.
    """
    match info.kind:
        case "number" | "integer":
            return _number(info, value)
        case "switch":
            return _switch(info, value)
        case "choice":
            return _choice(info, value)
        case "text":
            return value if isinstance(value, str) else _refuse(info, value, "a text")
        case "list":
            given = _written(info, value)
            return list(given) if isinstance(given, list | tuple) else _refuse(info, value, "a list")
        case _:
            given = _written(info, value)
            return dict(given) if isinstance(given, Mapping) else _refuse(info, value, "a table")


def _refuse(info: SettingInfo, value: Any, needed: str) -> Any:
    shown = repr(value)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
    raise NotPossibleError(f"{info.word} cannot be {shown}: it needs {needed}")


def _number(info: SettingInfo, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        _refuse(info, value, f"a number from {info.allowed}")
    return info.clamp(value)


def _switch(info: SettingInfo, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in SWITCH:
        return SWITCH[value.lower()]
    if not isinstance(value, int | float) or math.isnan(value):  # a bool is an int
        _refuse(info, value, "0 or 1")
    return bool(value >= 0.5)


def _choice(info: SettingInfo, value: Any) -> str:
    choices = tuple(info.choices)
    if isinstance(value, str) and value in choices:
        return value
    is_place = isinstance(value, int | float) and not isinstance(value, bool) and value in range(len(choices))
    if not is_place:
        _refuse(info, value, f"one of: {', '.join(choices)}")
    return choices[int(value)]


def _written(info: SettingInfo, value: Any) -> Any:
    """Read what is written as in TOML; other values are what they are."""
    if not isinstance(value, str):
        return value
    try:
        return toml_table(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return _refuse(info, value, f"a {info.kind} written as in TOML")
