"""The OSC addresses as a document: what docs/osc.md is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from livedream.control.osc_addresses import (
    command_address,
    parameter_address,
    position_address,
    preset_address,
)
from livedream.presets import shipped
from livedream.runtime.parameters import Parameters
from livedream.settings import SettingInfo, describe
from livedream.settings.document import shown

HEAD = """\
# OSC addresses

`livedream --osc 9000` listens on this computer, `--osc 0.0.0.0:9000` to the whole network; `--osc-to
192.168.0.7:9001` sends back what changes, so that the faders of a tablet follow. It needs `pip install
'livedream[control]'`. This page is made by `python -m livedream.control.osc_document`.

Each address takes one value. A number is in the setting's unit and is kept within its range; integers and
floats are both taken. The same address with `/position` takes where on the slider it is to be, 0 to 1, which
suits faders. A switch takes 0 and 1, or false and true; a choice its name, or its place in the list, the
first is 0. A list takes its items, or one text as in TOML; a table takes one text as in TOML, such as
`{eyes = 1.0}`. `/dream/guide` and `/dream/style`, which may name files, are taken only from the machine that
livedream runs on. Of several values for one address within a frame the last one counts. Bundles take effect
at once, whatever time they name.
"""

PRESETS = """\
## Presets and commands

`/preset` takes a preset's name, or its number from 1 on. The others are buttons: they act when they come
without a value or with any but 0 and false, which are sent when a button is let go of. Each is done once, in
order.

| address | does |
|---|---|
| `/preset` | Show the preset of that name or number. |
"""

PARAMETERS = """\
## Parameters

Numbers that are moved beside the settings; they are sent back, too, when they move by themselves.

| address | type | range | unit | does |
|---|---|---|---|---|
"""

TYPES = {"number": "float", "integer": "int", "switch": "switch", "choice": "string", "text": "string"}


def osc_page(commands: Iterable[tuple[str, str]], parameters: Parameters) -> str:
    """Write down all addresses; commands: name and help of each."""
    parts = [HEAD]
    for section, infos in groupby(describe(), lambda info: info.section):
        parts.append(f"## /{section}\n")
        parts.append("\n".join(_table(infos)) + "\n")
    rows = [f"| `{preset_address(name)}` | Show {name}. |" for name in shipped()]
    rows += [f"| `{command_address(name)}` | {help_} |" for name, help_ in commands]
    parts.append(PRESETS + "\n".join(rows) + "\n")
    ranges = {name: f"{one.info.low:g} to {one.info.high:g}" for name, one in parameters.items()}
    rows = [
        _row(parameter_address(name), "float", ranges[name], one.info.unit, one.info.help)
        for name, one in parameters.items()
    ]
    parts.append(PARAMETERS + "\n".join(rows) + "\n")
    return "\n".join(parts)


def what_a_show_has() -> tuple[list[tuple[str, str]], Parameters]:
    """List (name, help) of the commands of a live show, made for that and not started, and its parameters."""
    from livedream.control.controls import Controls
    from livedream.runtime.playlist_loading import load_playlist
    from livedream.runtime.session import LiveSession
    from livedream.sources import open_source

    playlist = load_playlist()
    source = open_source("clouds", fps=30.0, size_wh=(64, 64), loop=True)
    with LiveSession(source, playlist) as session:
        Controls(session.store, session.commands, playlist, parameters=session.parameters)
        return [(name, command.help) for name, command in session.commands.items()], session.parameters


def _table(infos: Iterator[SettingInfo]) -> Iterator[str]:
    yield "| address | type | range | unit | default |"
    yield "|---|---|---|---|---|"
    for info in infos:
        kind = TYPES.get(info.kind, info.kind)
        yield _row(info.address, kind, info.allowed, info.unit, f"`{shown(info.default)}`")
        if info.is_number:
            position = f"{info.position(info.default):.3g}"
            yield _row(position_address(info), "float", "0 to 1", "of the slider", f"`{position}`")


def _row(address: str, *cells: str) -> str:
    return f"| `{address}` | {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    print(osc_page(*what_a_show_has()), end="")  # noqa: T201
