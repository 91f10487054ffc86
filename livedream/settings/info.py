"""What is known of each setting, for people and for controls: a slider, a knob, a message, a table."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from livedream.settings.all import Settings
from livedream.settings.section import Lifetime, Scale, Section

Kind = Literal["number", "integer", "switch", "choice", "text", "list", "table"]

DECADES = 3.0
"""A logarithmic scale that begins at 0 has 0 at its very end, and so many powers of ten above it."""

HAND_STEPS, HAND_RATIO = 100, 1.05

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting.

    kind: number (float), integer, switch (bool), choice (str), text, list or table. low, high, step: None
    where it is no number; step as `livedream.settings.section.setting` has it. group: the heading it stands
    under. basic: one of the few that matter at first glance.
    """

    word: str
    kind: Kind
    default: Any
    help: str
    unit: str
    lifetime: Lifetime
    group: str
    basic: bool = False
    low: float | None = None
    high: float | None = None
    scale: Scale = "linear"
    step: float | None = None
    choices: Collection[str] = ()

    @property
    def section(self) -> str:
        """Return the first part of its word; "" for a number of a show, which is in no section."""
        return self.word.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Return its word without the section."""
        return self.word.rpartition(".")[2]

    @property
    def address(self) -> str:
        """Return its address for OSC: the word with slashes."""
        return "/" + self.word.replace(".", "/")

    @property
    def allowed(self) -> str:
        """Return its range or its choices as text; empty where neither is complete."""
        return ", ".join(self.choices) if self.low is None else f"{self.low} to {self.high}"

    @property
    def is_number(self) -> bool:
        """Return whether it has a range for a slider."""
        return self.kind in {"number", "integer"}

    def value_of(self, settings: Settings) -> Any:
        """Return what it is in some settings."""
        return getattr(getattr(settings, self.section), self.name)

    def clamp(self, value: float) -> float:
        """Return the nearest number that is allowed, whole for an integer. Raises ValueError for a NaN."""
        low, high = self._ends()
        if math.isnan(value):
            raise ValueError(f"{self.word} cannot be {value!r}: that is not a number")
        held = min(high, max(low, value))
        return round(held) if self.kind == "integer" else float(held)

    def position(self, value: float) -> float:
        """Return where on its scale a number lies: 0 at the low end, 1 at the high one."""
        low, high = self._ends()
        held = min(high, max(low, value))
        if self.scale == "linear":
            return (held - low) / (high - low)
        bottom = self._bottom()
        return 0.0 if held <= bottom and low == 0 else math.log(held / bottom) / math.log(high / bottom)

    def at(self, position: float) -> float:
        """Return the number at a position, 0..1, beyond which is the end; the inverse of `position`."""
        low, high = self._ends()
        share = min(1.0, max(0.0, position))
        if self.scale == "linear":
            return self.clamp(low + share * (high - low))
        if share == 0:
            return self.clamp(low)
        bottom = self._bottom()
        return self.clamp(bottom * (high / bottom) ** share)

    def nudge(self, value: float, by: int) -> float:
        """Return the number that is `by` steps further, or the end of the range; an integer always moves."""
        low, _ = self._ends()
        assert self.step is not None, "a number has a step"
        if self.scale == "linear":
            return self.clamp(value + by * self.step)
        bottom = self._bottom()
        moved = max(value, bottom) * self.step ** (by - 1 if value < bottom and by > 0 else by)
        if low == 0 and moved < bottom * (1 - ROUNDING):
            moved = 0.0
        if self.kind == "integer" and by and round(moved) == value:
            moved = value + math.copysign(1, by)
        return self.clamp(moved)

    def _ends(self) -> tuple[float, float]:
        if self.low is None or self.high is None:
            raise TypeError(f"{self.word} is not a number")
        return self.low, self.high

    def _bottom(self) -> float:
        """Return where a logarithmic scale begins."""
        low, high = self._ends()
        return low or high * 10**-DECADES


@cache
def describe() -> tuple[SettingInfo, ...]:
    """List every setting in order."""
    return tuple(
        _info(kind, section, name, field)
        for section, outer in Settings.model_fields.items()
        if isinstance(kind := outer.annotation, type) and issubclass(kind, Section)
        for name, field in kind.model_fields.items()
    )


@cache
def by_word() -> Mapping[str, SettingInfo]:
    """Return every setting by its word."""
    return {info.word: info for info in describe()}


def _info(section: type[Section], prefix: str, name: str, field: FieldInfo) -> SettingInfo:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = (getattr(limits.get(kind), kind.lower(), None) for kind in ("Ge", "Le"))
    kind = _kind(field.annotation)
    owner = next(base for base in section.__mro__ if name in get_annotations(base))
    assert issubclass(owner, Section)
    known: dict[str, Any] = dict(extra)
    known["choices"] = choices = known["choices"] or _choices(field.annotation)
    kind = "choice" if kind == "text" and choices else kind
    if low is not None and known["step"] is None:
        by_hand = 1.0 if kind == "integer" else (high - low) / HAND_STEPS
        known["step"] = by_hand if known["scale"] == "linear" else HAND_RATIO
    return SettingInfo(
        f"{prefix}.{name}",
        kind,
        field.default,
        field.description or "",
        group=owner.group,
        low=low,
        high=high,
        **known,
    )


def _kind(annotation: Any) -> Kind:
    plain: dict[Any, Kind] = {bool: "switch", int: "integer", float: "number", str: "text"}
    if annotation in plain:
        return plain[annotation]
    origin = get_origin(annotation)
    return "choice" if origin is Literal else "list" if origin is tuple else "table"


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("false", "true")
    return tuple(str(choice) for choice in get_args(annotation)) if get_origin(annotation) is Literal else ()
