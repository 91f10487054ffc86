"""What a section of the settings and a setting are made of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Lifetime = Literal["frame", "engine"]
"""frame: read for each frame. engine: a change rebuilds the engine in the background."""

Weight = Annotated[float, Field(ge=-100.0, le=100.0)]
"""Of a layer or a channel; a negative one suppresses it."""


class Section(BaseModel):
    """Settings that belong together; frozen, unknown names and numbers that are none refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def setting(default: Any, help_: str, *, unit: str = "", lifetime: Lifetime = "frame", **range_: Any) -> Any:
    """Make a field of a section, with all that people are told about it."""
    extra: dict[str, Any] = {"unit": unit, "lifetime": lifetime}
    return Field(default, description=help_, json_schema_extra=extra, **range_)
