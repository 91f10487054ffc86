"""Every setting, in one place: its range, unit, default, meaning and lifetime.

A setting's word is its section and its name (`dream.octaves`): the same in presets, on the command
line and wherever else it can be set.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from livedream.errors import InputError

Lifetime = Literal["frame", "engine"]
"""frame: read for each frame. engine: a change rebuilds the engine in the background."""


Weight = Annotated[float, Field(ge=-100.0, le=100.0)]
"""Of a layer or a channel; a negative one suppresses it."""


def _setting(default: Any, help_: str, *, unit: str = "", lifetime: Lifetime = "frame", **range_: Any) -> Any:
    extra: dict[str, Any] = {"unit": unit, "lifetime": lifetime}
    return Field(default, description=help_, json_schema_extra=extra, **range_)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DreamSettings(_Section):
    """What is dreamed, and how hard."""

    network: Literal["embedded", "googlenet"] = _setting(
        "embedded", "The network that dreams; its layers have names of their own.", lifetime="engine"
    )
    layers: Mapping[str, Weight] = _setting(
        {"eyes": 1.0},
        "Layers or moods whose activations are maximised, each with its weight; which ones there are "
        "decides the engine, their weights are read each frame.",
        lifetime="engine",
        min_length=1,
    )
    channels: Mapping[str, Mapping[int, Weight]] = _setting(
        {}, "For a layer, the weights of single channels; the channels not named get none."
    )
    octaves: int = _setting(2, "Sizes at which each frame is dreamed.", lifetime="engine", ge=1, le=8)
    octave_scale: float = _setting(2.0, "Ratio between octaves.", lifetime="engine", ge=1.1, le=4.0)
    steps: int = _setting(1, "Gradient steps per octave.", lifetime="engine", ge=1, le=50)
    step_size: float = _setting(
        0.01, "How far one step changes a pixel on average.", unit="of the range 0..1", ge=0.0, le=0.5
    )
    jitter_px: int = _setting(8, "Largest random roll of an octave.", unit="px", ge=0, le=64)
    smoothing_px: float = _setting(
        1.5, "Sigma of the Gaussian that smooths the gradient.", unit="px", lifetime="engine", ge=0.3, le=8.0
    )
    roughness: float = _setting(
        0.2, "Weight of the unsmoothed gradient beside the smoothed one.", ge=0.0, le=4.0
    )
    working_px: int = _setting(
        78_000, "Pixels of the size that is dreamed at; the shape follows the source.",
        unit="px", lifetime="engine", ge=4_096, le=8_294_400,
    )  # fmt: skip


class MotionSettings(_Section):
    """How the dream follows the picture's motion."""

    persistence: float = _setting(
        0.975, "Share of the previous frame's dream that the next one starts from.", ge=0.0, le=1.0
    )
    tolerance_px: float = _setting(
        1.0, "Forward-backward disagreement of the flow at which it is hardly trusted any more.",
        unit="px of the grid that flow is measured on, 160 long", ge=0.05, le=20.0,
    )  # fmt: skip
    tolerance_levels: float = _setting(
        20.0,
        "Difference in brightness at which the flow is hardly trusted any more.",
        unit="levels of 255",
        ge=1.0,
        le=255.0,
    )
    cut_share: float = _setting(
        0.2, "The dream starts anew when less than this share of the picture can be trusted.", ge=0.0, le=1.0
    )


class LookSettings(_Section):
    """How the dream is laid over the camera's picture."""

    strength: float = _setting(1.15, "Factor on what the dream adds to the picture.", ge=0.0, le=3.0)
    scene: float = _setting(
        0.7, "How much the picture's own edges and textures show through the dream.", ge=0.0, le=1.0
    )


class Settings(_Section):
    """All that a preset can set; frozen, one value per frame."""

    dream: DreamSettings = DreamSettings()
    motion: MotionSettings = MotionSettings()
    look: LookSettings = LookSettings()


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One setting as people see it: word, default, help, unit, lifetime, and its range as text."""

    word: str
    default: Any
    help: str
    unit: str
    lifetime: str
    range: str


def describe() -> Iterator[SettingInfo]:
    """List every setting in order."""
    for section, outer in Settings.model_fields.items():
        assert isinstance(outer.annotation, type)
        assert issubclass(outer.annotation, BaseModel)
        for name, field in outer.annotation.model_fields.items():
            extra = field.json_schema_extra
            assert isinstance(extra, dict)
            yield SettingInfo(
                f"{section}.{name}", field.default, field.description or "",
                str(extra["unit"]), str(extra["lifetime"]), _range(field),
            )  # fmt: skip


def _range(field: FieldInfo) -> str:
    limits = {type(limit).__name__: limit for limit in field.metadata}
    low, high = (getattr(limits.get(kind), kind.lower(), None) for kind in ("Ge", "Le"))
    return "" if low is None or high is None else f"{low} to {high}"


def change(settings: Settings, changes: Mapping[str, Any], origin: str = "--set") -> Settings:
    """Give the settings with `changes` (word -> value) made; a table such as `dream.layers` is replaced.

    origin: what the person wrote them in, for the message. Raises InputError naming the word, the
    value and what is allowed.
    """
    tree = settings.model_dump()
    for word, value in changes.items():
        section, _, name = word.partition(".")
        _check_word(word, origin)
        tree[section][name] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as fault:
        raise InputError(_explain(fault, origin)) from fault


def _check_word(word: str, origin: str) -> None:
    words = [info.word for info in describe()]
    if word in words:
        return
    near = difflib.get_close_matches(word, words, n=3, cutoff=0.4)
    advice = f"did you mean {' or '.join(near)}?" if near else f"the settings are: {', '.join(words)}"
    raise InputError(f"{origin}: there is no setting {word!r}; {advice}")


def _explain(fault: ValidationError, origin: str) -> str:
    first = fault.errors()[0]
    word = ".".join(str(part) for part in first["loc"])
    info = next((i for i in describe() if word.startswith(i.word)), None)
    allowed = f" (allowed: {info.range})" if info and info.range else ""
    return f"{origin}: {word} = {first['input']!r} is not possible: {first['msg'].lower()}{allowed}"
