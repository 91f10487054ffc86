"""What each OSC address does; all of them are made from the settings, the presets and the commands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from livedream.control.coalescer import Coalescer
from livedream.control.show_commands import SHOW, ShowCommands
from livedream.runtime.parameters import Parameters
from livedream.settings import SettingInfo, describe

COMMAND, PRESET, POSITION, PARAMETER = "/command/", "/preset", "/position", "/parameter/"

Arguments = tuple[Any, ...]
Action = Callable[[Arguments], str]
"""Takes what was sent; returns what is wrong with it, empty if nothing is."""


def position_address(info: SettingInfo) -> str:
    """Return the address that takes where on its scale a number is to be, 0 to 1."""
    return info.address + POSITION


def command_address(name: str) -> str:
    """Return the address of a command."""
    return COMMAND + _part(name)


def preset_address(name: str) -> str:
    """Return the address of a preset."""
    return f"{PRESET}/{_part(name)}"


def parameter_address(name: str) -> str:
    """Return the address of a parameter."""
    return PARAMETER + _part(name)


def setting_actions(coalescer: Coalescer) -> Mapping[str, Action]:
    """Map each address of a setting to what it does."""
    made: dict[str, Action] = {}
    for info in describe():
        made[info.address] = _setting(coalescer, info)
        if info.is_number:
            made[position_address(info)] = _position(coalescer, info)
    return made


def named_action(coalescer: Coalescer, commands: ShowCommands, address: str) -> Action | None:
    """Return what the address of a command, a preset or a parameter does; None if it is of none.

    They are looked up when they are sent to: commands and presets may be added while a show is on.
    """
    if address == PRESET:
        return _any_preset(coalescer)
    if address.startswith(COMMAND):
        named = {command_address(name): name for name in commands.commands()}
    elif address.startswith(PARAMETER):
        return _parameter(coalescer, commands.parameters, address)
    elif address.startswith(PRESET):
        named = {preset_address(name): f"{SHOW}{name}" for name in commands.presets()}
    else:
        return None
    return _command(coalescer, named[address]) if address in named else None


def _part(name: str) -> str:
    return name.replace(" ", "_")


def _setting(coalescer: Coalescer, info: SettingInfo) -> Action:
    def act(arguments: Arguments) -> str:
        if info.kind == "list" and not (len(arguments) == 1 and isinstance(arguments[0], str | list)):
            coalescer.want(info.word, list(arguments))
        elif len(arguments) == 1:
            coalescer.want(info.word, arguments[0])
        else:
            return f"{info.address} takes one value, not {len(arguments)}"
        return ""

    return act


def _position(coalescer: Coalescer, info: SettingInfo) -> Action:
    def act(arguments: Arguments) -> str:
        if len(arguments) != 1 or not _is_number(arguments[0]):
            return f"{position_address(info)} takes a number from 0 to 1"
        coalescer.want(info.word, info.at(arguments[0]))
        return ""

    return act


def _command(coalescer: Coalescer, name: str) -> Action:
    def act(arguments: Arguments) -> str:
        if _pressed(arguments):
            coalescer.command(name)
        return ""

    return act


def _parameter(coalescer: Coalescer, parameters: Parameters, address: str) -> Action | None:
    name = {parameter_address(name): name for name in parameters}.get(address)
    if name is None:
        return None

    def act(arguments: Arguments) -> str:
        if len(arguments) != 1 or not _is_number(arguments[0]):
            return f"{address} takes a number"
        coalescer.want(name, arguments[0])
        return ""

    return act


def _any_preset(coalescer: Coalescer) -> Action:
    def act(arguments: Arguments) -> str:
        given: Any = arguments[0] if len(arguments) == 1 else None
        if isinstance(given, str) and 0 < len(given) <= 80:
            coalescer.command(f"{SHOW}{given}")
        elif _is_number(given) and 1 <= given <= 9999:
            coalescer.command(f"{SHOW}{int(given)}")
        else:
            return "/preset takes a preset's name, or its number from 1 on"
        return ""

    return act


def _pressed(arguments: Arguments) -> bool:
    """Return whether a button is pressed: 0 or false is sent when it is let go of."""
    return not arguments or arguments[0] not in (0, False, None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
