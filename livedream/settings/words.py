"""Changing settings by word, and saying what is wrong with a change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from livedream.errors import InputError
from livedream.settings.all import Settings
from livedream.settings.info import by_word, describe


def change(settings: Settings, changes: Mapping[str, Any], origin: str = "--set") -> Settings:
    """Return the settings with `changes` (word -> value) made; a table such as `dream.layers` is replaced.

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
    words = by_word()
    if word in words:
        return
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are: {', '.join(words)}"
    raise InputError(f"{origin}: there is no setting {word!r}; {advice}")


def _explain(fault: ValidationError, origin: str) -> str:
    first = fault.errors()[0]
    word = ".".join(str(part) for part in first["loc"])
    info = next((i for i in describe() if f"{word}.".startswith(f"{i.word}.")), None)
    allowed = f" (allowed: {info.allowed})" if info and info.is_number else ""
    return f"{origin}: {word} = {first['input']!r} is not possible: {first['msg'].lower()}{allowed}"
