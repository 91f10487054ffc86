"""Arguments that a command does not take, in one sentence: the thing, the value, the way out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from typer.exceptions import TyperException

UNREADABLE = re.compile(r", unable to parse .*")
"""What pydantic says after what a value should be."""


def usage_words(fault: TyperException, arguments: Sequence[str]) -> str:
    """Return the sentence for a fault of typer's. arguments: those that were given."""
    reason = getattr(fault, "format_message", fault.__str__)()
    context: Any = getattr(fault, "ctx", None)
    command = "livedream" if context is None else context.command_path
    words = _unknown(fault, reason, context) or _missing(reason, context) or _value(fault, reason, arguments)
    return f"{words}; see {command} -h"


def _unknown(fault: TyperException, reason: str, context: Any) -> str:
    """Return what there is in place of an option or a command that there is not; "" for another fault."""
    if name := getattr(fault, "option_name", None) if reason.startswith("No such option") else None:
        likely = ", ".join(sorted(getattr(fault, "possibilities", None) or ()))
        return f"there is no option {name}" + (f" (did you mean {likely}?)" if likely else "")
    if (found := re.match(r"No such command '(.*?)'", reason)) is None:
        return ""
    there = getattr(getattr(context, "command", None), "commands", {})
    return f"there is no command {found[1]}; choose one of: {', '.join(there)}"


def _missing(reason: str, context: Any) -> str:
    """Return how a command is written of which a part is missing; "" for another fault."""
    found = re.match(r"Missing (argument|option) '(.*?)'", reason)
    if found is None or context is None:
        return ""
    usage = context.get_usage().removeprefix("Usage:").strip()
    return f"the {found[1]} {found[2]} is missing: {' '.join(usage.split())}"


def _value(fault: TyperException, reason: str, arguments: Sequence[str]) -> str:
    """Return why a value does not suit, with the option and the value if they are known."""
    why = UNREADABLE.sub("", reason.rpartition("': ")[2] or reason).rstrip(".")
    why = why.replace("Input should", "it should")
    if extra := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", why):
        return f"{extra[1]}: nothing of that kind is expected here"
    if lacking := re.fullmatch(r"Option '(.*)' requires an argument", why):
        return f"{lacking[1]} needs a value"
    names = getattr(getattr(fault, "param", None), "opts", None) or ()
    given = next((words for name in names if (words := _given(name, arguments))), "")
    return f"{given}: {why}" if given else why[0].lower() + why[1:]


def _given(name: str, arguments: Sequence[str]) -> str:
    """Return an option as it was given, with its value; "" if it was not."""
    for place, argument in enumerate(arguments):
        if argument.startswith(f"{name}="):
            return f"{name} {argument.partition('=')[2]}"
        if argument == name:
            return " ".join(arguments[place : place + 2])
    return ""
