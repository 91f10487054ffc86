"""The settings that say at which sizes, and from which sides, a picture is dreamed."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from livedream.settings.section import Section, setting

MOST_OCTAVES = 8


class OctaveSettings(Section):
    """Sizes of the octaves, and how each of them lies when it is looked at."""

    group = "Sizes"

    octaves: int = setting(
        2,
        "Number of sizes at which each frame is dreamed.",
        lifetime="engine",
        ge=1,
        le=MOST_OCTAVES,
        basic=True,
    )
    octave_scale: float = setting(
        1.6, "Ratio between octaves.", lifetime="engine", ge=1.1, le=4.0, scale="logarithmic"
    )
    octave_sizes: tuple[float, ...] = setting(
        (),
        "Sizes of the octaves, instead of octaves and octave_scale: shares of the working size's sides, 1 "
        "is all of it; without 1 the finest octaves are left out. [] uses octaves and octave_scale.",
        unit="of the working size, each over 0 and up to 1",
        lifetime="engine",
    )
    finer: float = setting(
        1.0,
        "How many times more pixels than dream.working_px the dream has: forms keep their size in the "
        "picture, and octaves on top add detail. A live show takes more while there is time for it, up to "
        "the size of the output, and less when there is not.",
        unit="times the pixels",
        lifetime="engine",
        ge=1.0,
        le=64.0,
        scale="logarithmic",
        step=2.0,
    )
    octave_swing: float = setting(
        0.0,
        "How much the ratio between octaves grows and shrinks in a cycle, so that forms breathe in size; a "
        "change between 0 and more needs another engine.",
        unit="of the ratio",
        ge=0.0,
        le=0.5,
    )
    octave_swing_s: float = setting(
        8.0,
        "Time from the smallest ratio to the largest and back.",
        unit="s",
        ge=0.5,
        le=600.0,
        scale="logarithmic",
    )
    detail: float = setting(
        1.0,
        "Factor on the step size from each octave to the next larger one; below 1 the large forms lead.",
        ge=0.1,
        le=2.0,
        scale="logarithmic",
        basic=True,
    )
    spread: bool = setting(
        False,
        "Dream one octave a frame, in turn: the same look at a share of the cost. The dream comes and goes "
        "more slowly: motion.persistence applies to a round of octaves, not to a frame.",
        lifetime="engine",
    )
    jitter_px: int = setting(
        16, "Largest shift of an octave, another one for each frame.", unit="px", ge=0, le=64
    )
    flips: Literal["none", "sideways", "all"] = setting(
        "none",
        "How an octave may be mirrored at random before its gradient is taken: sideways; all: upside down, "
        "too, and so rotated by 180 degrees.",
        lifetime="engine",
    )
    turns: bool = setting(
        False,
        "Rotate every other octave by 90 degrees before its gradient is taken, beginning below the "
        "largest; with all flips, no direction is preferred.",
        lifetime="engine",
    )

    @field_validator("octave_sizes", mode="before")
    @classmethod
    def _are_sizes(cls, value: Any) -> Any:
        is_list = isinstance(value, list | tuple) and len(value) <= MOST_OCTAVES
        if not is_list or not all(map(_is_size, value)):
            raise PydanticCustomError(
                "sizes",
                f"sizes are up to {MOST_OCTAVES} shares of the working size, each over 0 and up to 1, for "
                "example [0.3, 0.55, 1]; [] uses octaves and octave_scale",
            )
        return value


def _is_size(share: Any) -> bool:
    return isinstance(share, int | float) and not isinstance(share, bool) and 0 < share <= 1
