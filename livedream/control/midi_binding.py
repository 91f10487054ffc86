"""What a knob, a fader or a pad is bound to, and which value its position means."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from livedream.control.show_commands import SHOW
from livedream.errors import InputError
from livedream.settings import SettingInfo, by_target

Kind = Literal["cc", "cc14", "note", "program"]
"""cc: a controller of 7 bits. cc14: of 14 bits, controllers n and n + 32. note: a pad or key. program: a
program change, whose number is the source's."""

KINDS: tuple[str, ...] = get_args(Kind)
FINE = 32
"""The number of the fine half of 14 bits is so much further on than that of the coarse one."""

BOUND = ("number", "integer", "switch", "choice")
"""Settings that can be bound."""


class MidiMessage(NamedTuple):
    """A message: channel 1 to 16, number and value 0 to 127. A note that ends has the value 0."""

    kind: Literal["cc", "note", "program"]
    channel: int
    number: int
    value: int = 127


@dataclass(frozen=True, slots=True)
class MidiSource:
    """Where messages come from."""

    channel: int
    kind: Kind
    number: int

    def __str__(self) -> str:
        name = {"cc": "CC", "cc14": "CC", "note": "note", "program": "program"}[self.kind]
        fine = f" and {self.number + FINE}" if self.kind == "cc14" else ""
        return f"{name} {self.number}{fine} on channel {self.channel}"


@dataclass(frozen=True, slots=True)
class Binding:
    """Binds a source to a setting or a number of the show, by its word, or to a command.

    low, high: values at the ends of a knob, in the setting's unit; None: the ends of its range; low may lie
    above high. threshold: of a knob's way, 0 to 1, from which a switch is on and a command is done.
    pickup: a knob does nothing until it passes the value that stands.
    """

    source: MidiSource
    target: str
    low: float | None = None
    high: float | None = None
    threshold: float = 0.5
    pickup: bool = True

    @property
    def info(self) -> SettingInfo | None:
        """Return what is known of the setting or number that is bound; None for a command."""
        return by_target().get(self.target)

    def value_at(self, share: float) -> Any:
        """Return what a knob at 0 to 1 of its way means for the setting."""
        info = self._setting()
        if info.kind == "switch":
            return share >= self.threshold
        if info.kind == "choice":
            choices = tuple(info.choices)
            return choices[min(len(choices) - 1, int(share * len(choices)))]
        low, high = self._ends()
        value = info.at(low + share * (high - low))
        # Rounding aside: a logarithmic scale from 0 begins with two values at one place: 0 and the least.
        ends = ((self.low, low), (self.high, high))
        least, most = sorted(info.at(place) if end is None else end for end, place in ends)
        return info.clamp(min(most, max(least, value)))

    def share_of(self, value: Any) -> float:
        """Return where a knob would have to be for a value, 0 to 1; the nearest end if it is beyond."""
        info = self._setting()
        if info.kind == "switch":
            return float(value)
        if info.kind == "choice":
            choices = tuple(info.choices)
            return (choices.index(value) + 0.5) / len(choices) if value in choices else 0.0
        low, high = self._ends()
        return min(1.0, max(0.0, (info.position(value) - low) / (high - low)))

    def _setting(self) -> SettingInfo:
        info = self.info
        assert info is not None, "a command has no value"
        return info

    def _ends(self) -> tuple[float, float]:
        info = self._setting()
        low = 0.0 if self.low is None else info.position(self.low)
        return low, 1.0 if self.high is None else info.position(self.high)


def check_binding(binding: Binding, commands: Container[str]) -> None:
    """Raise InputError that names the key and the value if a binding is not possible."""
    source = binding.source
    _within("channel", source.channel, 1, 16)
    if source.kind not in KINDS:
        raise InputError(f"kind = {source.kind!r} is not possible; choose one of: {', '.join(KINDS)}")
    _within("number", source.number, 0, FINE - 1 if source.kind == "cc14" else 127)
    _check_target(binding.target, commands)
    _within("threshold", binding.threshold, 0.0, 1.0)
    if binding.low is not None or binding.high is not None:
        _check_range(binding)


def _check_target(target: str, commands: Container[str]) -> None:
    if target in commands or target.startswith(SHOW):  # a profile outlives the presets of a show
        return
    info = by_target().get(target)
    if info is None:
        raise InputError(f"target = {target!r} is neither a setting nor a command")
    if info.kind not in BOUND:
        raise InputError(f"target = {target!r} is a {info.kind}, which no knob can set")


def _check_range(binding: Binding) -> None:
    info = binding.info
    if info is None or info.low is None or info.high is None:
        raise InputError(f"low and high are not possible: {binding.target} is no number")
    for key, value in (("low", binding.low), ("high", binding.high)):
        if value is not None:
            _within(key, value, info.low, info.high)
    low = info.low if binding.low is None else binding.low
    high = info.high if binding.high is None else binding.high
    if info.position(low) == info.position(high):
        raise InputError(f"low = {low!r} is not possible: it must differ from high")


def _within(key: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # as nothing that is no number is, whatever its digits
        raise InputError(f"{key} = {value!r} is not possible: it must be from {low} to {high}")
