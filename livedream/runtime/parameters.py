"""Parameters: numbers that a performer moves beside the settings, by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from livedream.registry import Registry


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number. help: for people. read, write: in any thread. low, high: its range. unit: for people."""

    help: str
    read: Callable[[], float]
    write: Callable[[float], None]
    low: float = 0.0
    high: float = 1.0
    unit: str = ""


class Parameters(Registry[Parameter]):
    """Parameters by name; sliders, knobs and messages all move the same ones."""

    def __init__(self) -> None:
        super().__init__("a parameter")

    def read(self, name: str) -> float:
        """Return a parameter's number. Raises InputError if there is none of that name."""
        return self[name].read()

    def turn(self, name: str, number: float) -> float:
        """Move a parameter to the number, or to the nearest end of its range; returns what it is then.

        Raises InputError if there is none of that name, ValueError for a NaN.
        """
        parameter = self[name]
        if math.isnan(number):
            raise ValueError(f"{name}: that is not a number")
        parameter.write(min(parameter.high, max(parameter.low, float(number))))
        return parameter.read()
