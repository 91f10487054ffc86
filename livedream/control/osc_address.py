"""OSC addresses: what each of them means, and the page that lists them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from livedream.settings import SettingInfo, describe

TURNED = ("number", "integer", "switch", "choice")
"""Kinds of settings that have an address. Texts have none: they name files and addresses to be opened, which
is not for the network to say; lists and tables take more than one argument."""

POSITION = "/position"
COMMAND, PRESET = "/command/", "/preset"


def addressed() -> dict[str, tuple[SettingInfo, bool]]:
    """Return the settings by address, and whether the address takes a position 0..1 in place of a value."""
    found: dict[str, tuple[SettingInfo, bool]] = {}
    for info in describe():
        if info.kind in TURNED:
            found[info.address] = info, False
        if info.is_number:
            found[info.address + POSITION] = info, True
    return found


def command_address(name: str) -> str:
    """Return the address of a command."""
    return COMMAND + name.replace(" ", "_")


def value_of(info: SettingInfo, argument: Any, *, is_position: bool) -> Any:
    """Return the value that an argument means, within the setting's range.

    Raises ValueError or TypeError for one that means none.
    """
    if info.is_number:
        number = float(argument)
        return info.at(_finite(number)) if is_position else info.clamp(number)
    if info.kind == "switch":
        return _finite(float(argument)) >= 0.5
    if info.kind == "choice" and not isinstance(argument, str):
        return list(info.choices)[int(argument)]
    return str(argument)


def _finite(number: float) -> float:
    if math.isnan(number):
        raise ValueError("that is not a number")
    return number


def osc_page(commands: Iterable[tuple[str, str]]) -> str:
    """Format the page of all addresses; commands: name and help of each."""
    lines = [
        "# OSC addresses",
        "",
        "`livedream --osc 9000` listens on this computer, `--osc 0.0.0.0:9000` to the whole network.",
        "Of several messages to one address within a frame the last one counts. Numbers beyond a range",
        "become its end; what cannot be read is ignored. To print this page:",
        "`python -m livedream.control.osc_address`.",
        "",
        "| address | argument | range | default | what it is |",
        "|---|---|---|---|---|",
        f"| `{PRESET}` | number from 1, or name | | | the preset |",
    ]
    lines += [f"| `{command_address(name)}` | none, or 1 | | | {help_} |" for name, help_ in commands]
    for address, (info, is_position) in addressed().items():
        if is_position:
            lines.append(f"| `{address}` | number | 0 to 1 | | the same as a slider's position |")
        else:
            unit = f" ({info.unit})" if info.unit else ""
            row = (f"`{address}`", f"{info.kind}{unit}", info.allowed, f"`{info.default}`", info.help)
            lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from pathlib import Path

    from livedream.presets import DEFAULT
    from livedream.runtime.outlets import add_outlet_commands
    from livedream.runtime.panic import add_panic_commands
    from livedream.runtime.performer_actions import performer_commands
    from livedream.runtime.playlist import load_playlist

    playlist = load_playlist(DEFAULT)
    all_commands = performer_commands(playlist)
    add_outlet_commands(all_commands, None, Path())  # type: ignore[arg-type]
    add_panic_commands(all_commands, None, playlist.store, lambda: None)  # type: ignore[arg-type]
    print(osc_page([(name, one.help) for name, one in all_commands.items()]), end="")  # noqa: T201
