"""What controls want of the numbers that are no settings, such as the fader."""

from __future__ import annotations

from typing import Any

from livedream.control.conversion import NotPossibleError, converted
from livedream.runtime.parameters import Parameters
from livedream.runtime.store import Layer

GONE = object()
"""Wanted of a word whose value is to be taken out of its layer."""


def turn(parameters: Parameters, layer: Layer, word: str, value: Any) -> str:
    """Move a parameter for a layer of those over the preset; returns what is wrong, "" if nothing is."""
    parameter = parameters[word]
    try:
        number = None if value is GONE else converted(parameter.info, value)
        if layer != "hand":
            if parameter.lay_over is None:
                return f"{word} is moved by hand only, not by {layer}"
            parameter.lay_over(number)
        elif number is not None:
            parameter.write(number)
    except NotPossibleError as fault:
        return str(fault)
    except Exception as fault:  # the controls go on, whatever a show makes of a number
        return f"{word} cannot be moved: {type(fault).__name__}: {fault}"
    return ""
