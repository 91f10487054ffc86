"""The settings as a document: what docs/settings.md is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from livedream.settings.all import Settings
from livedream.settings.words import SettingInfo, describe

HEAD = """\
# Settings

Every setting, made by `livedream settings --markdown`. A setting's word is the same everywhere: in a preset
it is a key under its section, on the command line `--set dream.steps=3`. Its OSC address is the word with
slashes. *frame*: read for each frame; *engine*: a change builds another engine in the background, which
takes over between two frames.
"""


def markdown() -> str:
    """Write the settings down, a table for each section."""
    parts = [HEAD]
    for section, infos in groupby(describe(), lambda info: info.word.partition(".")[0]):
        parts.append(f"## {section}\n\n{_about(section)}\n")
        parts.append("\n".join(_table(list(infos))) + "\n")
    return "\n".join(parts)


def _about(section: str) -> str:
    kind = Settings.model_fields[section].annotation
    return (kind.__doc__ or "").strip().splitlines()[0]


def _table(infos: list[SettingInfo]) -> Iterator[str]:
    yield "| word | OSC address | range | default | unit | read | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for info in infos:
        allowed = info.range or ", ".join(info.choices)
        cells = (f"`{info.word}`", f"`{info.address}`", allowed, f"`{shown(info.default)}`", info.unit,
                 info.lifetime, info.help)  # fmt: skip
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def shown(value: Any) -> str:
    """Write a value as a preset does."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)
