"""The settings of colour."""

from __future__ import annotations

from typing import Any

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from livedream.settings.section import Section, setting


class ColourSettings(Section):
    """Which colours the dream has, and how strongly they are shown."""

    group = "Colour"

    keep: float = setting(
        0.0,
        "How much the picture keeps its own colours; at 1 the dream adds only light and dark.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    saturation: float = setting(
        1.0,
        "Colourfulness of what the dream adds; colour.keep reduces it further.",
        ge=0.0,
        le=2.0,
        basic=True,
    )
    contrast: float = setting(
        0.0,
        "How much the dream's strength is evened out; at 1 a faint dream looks as strong as a grown one.",
        ge=0.0,
        le=1.0,
    )
    balance: float = setting(
        0.0,
        "Share of the drift of the dream's mean colour that is removed in each frame.",
        ge=0.0,
        le=1.0,
    )
    target: tuple[float, ...] = setting(
        (),
        "Colour that the whole picture is pulled towards; [] for none.",
        unit="red, green, blue, each 0 to 1",
    )
    target_weight: float = setting(
        0.05,
        "Share of the way to the target that the dream's mean colour moves in each frame.",
        ge=0.0,
        le=1.0,
    )

    @field_validator("target", mode="before")
    @classmethod
    def _is_a_colour(cls, value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) not in {0, 3} or not all(map(_is_share, value)):
            raise PydanticCustomError(
                "colour", "a colour is [red, green, blue], each 0 to 1, for example [1, 0.5, 0]; [] is none"
            )
        return value

    @property
    def colourfulness(self) -> float:
        """Return the factor on the colour of what is shown; 0 leaves only light and dark."""
        return self.saturation * (1 - self.keep)


def _is_share(level: Any) -> bool:
    return isinstance(level, int | float) and not isinstance(level, bool) and 0 <= level <= 1
