"""The settings by word: listing, changing and explaining them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from livedream.errors import InputError
from livedream.settings.all import Settings


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting as people see it: word, default, help, unit, lifetime, its range or choices as text."""

    word: str
    default: Any
    help: str
    unit: str
    lifetime: str
    range: str
    choices: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Give its address for OSC: the word with slashes."""
        return "/" + self.word.replace(".", "/")


def describe() -> Iterator[SettingInfo]:
    """List every setting in order."""
    for section, outer in Settings.model_fields.items():
        assert isinstance(outer.annotation, type)
        assert issubclass(outer.annotation, BaseModel)
        for name, field in outer.annotation.model_fields.items():
            extra = field.json_schema_extra
            assert isinstance(extra, dict)
            yield SettingInfo(
                f"{section}.{name}", field.default, field.description or "",
                str(extra["unit"]), str(extra["lifetime"]), _range(field),
                _choices(field.annotation),
            )  # fmt: skip


def _range(field: FieldInfo) -> str:
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = (getattr(limits.get(kind), kind.lower(), None) for kind in ("Ge", "Le"))
    return "" if low is None or high is None else f"{low} to {high}"


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("false", "true")
    return tuple(str(choice) for choice in get_args(annotation)) if get_origin(annotation) is Literal else ()


def change(settings: Settings, changes: Mapping[str, Any], origin: str = "--set") -> Settings:
    """Give the settings with `changes` (word -> value) made; a table such as `dream.layers` is replaced.

    origin: what the person wrote them in, for the message. Raises InputError naming the word, the
    value and what is allowed.
    """
    tree = settings.model_dump()
    for word, value in changes.items():
        section, _, name = word.partition(".")
        _check_word(word, origin)
        tree[section][name] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as fault:
        raise InputError(_explain(fault, origin)) from fault


def _check_word(word: str, origin: str) -> None:
    words = [info.word for info in describe()]
    if word in words:
        return
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are: {', '.join(words)}"
    raise InputError(f"{origin}: there is no setting {word!r}; {advice}")


def _explain(fault: ValidationError, origin: str) -> str:
    first = fault.errors()[0]
    word = ".".join(str(part) for part in first["loc"])
    info = next((i for i in describe() if f"{word}.".startswith(f"{i.word}.")), None)
    allowed = f" (allowed: {info.range})" if info and info.range else ""
    return f"{origin}: {word} = {first['input']!r} is not possible: {first['msg'].lower()}{allowed}"
