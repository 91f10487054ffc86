"""The settings of the macros."""

from __future__ import annotations

from livedream.settings.section import Section, setting

SECTION = "macro"

REST = 0.5
"""Where a macro moves nothing."""


class MacroSettings(Section):
    """Five knobs that each turn several settings at once; in the middle they turn none."""

    group = "Macros"

    depth: float = setting(REST, "Shallower or deeper than the preset; 0.5: as it is.", ge=0.0, le=1.0)
    speed: float = setting(
        REST, "Changes more slowly or faster than the preset; 0.5: as it does.", ge=0.0, le=1.0
    )
    mood: float = setting(
        REST,
        "Softer and larger forms, or harder ones that take the light over; 0.5: neither.",
        ge=0.0,
        le=1.0,
    )
    trail: float = setting(
        REST, "What has moved leaves less behind, or more, than in the preset; 0.5: as much.", ge=0.0, le=1.0
    )
    colour: float = setting(
        REST, "The camera's own colours, or more of the dream's; 0.5: as in the preset.", ge=0.0, le=1.0
    )
