"""What a section of the settings and a setting are made of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Lifetime = Literal["frame", "engine"]
"""frame: read for each frame. engine: a change rebuilds the engine in the background."""

Scale = Literal["linear", "logarithmic"]
"""How a control goes from one end of a setting's range to the other."""

Weight = Annotated[float, Field(ge=-100.0, le=100.0)]
"""Of a layer or a channel; a negative one suppresses it."""


class Section(BaseModel):
    """Settings that belong together; frozen, unknown names and numbers that are none refused.

    group: what they are called where people look for them; a section may be made of several groups.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    group: ClassVar[str] = ""


def setting(
    default: Any,
    help_: str,
    *,
    unit: str = "",
    lifetime: Lifetime = "frame",
    scale: Scale = "linear",
    step: float | None = None,
    basic: bool = False,
    **range_: Any,
) -> Any:
    """Build a field of a section, with its range, unit and help for people and controls.

    step: from one value to the next by hand: an amount, or a factor on a logarithmic scale; None: a hundredth
    of the range, 1 for whole numbers, 5 %. basic: one of the few that matter at first glance.
    range_: ge and le of a number; choices of a text that is a name, which a Literal needs not.
    """
    choices: Collection[str] = range_.pop("choices", ())
    extra: dict[str, Any] = {
        "unit": unit,
        "lifetime": lifetime,
        "scale": scale,
        "step": step,
        "basic": basic,
        "choices": choices,
    }
    return Field(default, description=help_, json_schema_extra=extra, **range_)
