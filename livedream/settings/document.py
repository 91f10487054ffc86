"""The settings as a document: what docs/settings.md is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from livedream.settings.all import Settings
from livedream.settings.info import SettingInfo, describe

HEAD = """\
# Settings

Every setting, made by `livedream settings --markdown`. A setting's word is the same everywhere: in a preset
it is a key under its section, on the command line `--set dream.steps=3`. Its OSC address is the word with
slashes. *by hand*: how far one step of a key or a wheel goes; where it is a factor, a slider's scale is
logarithmic. *frame*: read for each frame; *engine*: a change builds another engine in the background, which
takes over between two frames.
"""


def markdown() -> str:
    """Write the settings down, a table for each section."""
    parts = [HEAD]
    for section, infos in groupby(describe(), lambda info: info.section):
        parts.append(f"## {section}\n\n{_about(section)}\n")
        groups = [list(group) for _, group in groupby(infos, lambda info: info.group)]
        for group in groups:
            parts += [f"### {group[0].group}\n"] if len(groups) > 1 else []
            parts.append("\n".join(_table(group)) + "\n")
    return "\n".join(parts)


def _about(section: str) -> str:
    kind = Settings.model_fields[section].annotation
    return (kind.__doc__ or "").strip().splitlines()[0]


def _table(infos: list[SettingInfo]) -> Iterator[str]:
    yield "| word | OSC address | range | by hand | default | unit | read | meaning |"
    yield "|---|---|---|---|---|---|---|---|"
    for info in infos:
        cells = (
            f"`{info.word}`",
            f"`{info.address}`",
            info.allowed,
            _by_hand(info),
            f"`{shown(info.default)}`",
            info.unit,
            info.lifetime,
            info.help,
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _by_hand(info: SettingInfo) -> str:
    if info.step is None:
        return ""
    return f"± {info.step:g}" if info.scale == "linear" else f"x {info.step:g}"


def shown(value: Any) -> str:
    """Write a value as a preset does."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {shown(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)
