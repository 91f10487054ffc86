"""Parameters: numbers that a performer moves beside the settings, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livedream.registry import Registry
from livedream.settings import SettingInfo


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number. info: its range, unit and help. read, write: what a hand makes of it; in any thread.

    lay_over: lays a number over that of the hand, None takes it away again; None where nothing can.
    """

    info: SettingInfo
    read: Callable[[], float]
    write: Callable[[float], None]
    lay_over: Callable[[float | None], None] | None = None


class Parameters(Registry[Parameter]):
    """Parameters by name; sliders, knobs and messages all move the same ones."""

    def __init__(self) -> None:
        super().__init__("a parameter")

    def join(self, parameter: Parameter) -> None:
        """Add a parameter under its own word. Raises ValueError if there is one."""
        self.add(parameter.info.word, parameter)

    def read(self, name: str) -> float:
        """Return a parameter's number. Raises InputError if there is none of that name."""
        return self[name].read()

    def turn(self, name: str, number: float) -> float:
        """Move a parameter to the number, or to the nearest end of its range; returns what it is then.

        Raises InputError if there is none of that name, ValueError for a NaN.
        """
        parameter = self[name]
        parameter.write(parameter.info.clamp(float(number)))
        return parameter.read()
