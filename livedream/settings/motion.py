"""The settings of motion."""

from __future__ import annotations

from livedream.settings.section import Section, setting


class MotionSettings(Section):
    """How the dream follows the picture's motion."""

    persistence: float = setting(
        0.975, "Share of the previous frame's dream that the next one starts from.", ge=0.0, le=1.0
    )
    tolerance_px: float = setting(
        1.0, "Forward-backward disagreement of the flow at which it is hardly trusted any more.",
        unit="px of the grid that flow is measured on, 160 long", ge=0.05, le=20.0,
    )  # fmt: skip
    tolerance_levels: float = setting(
        20.0,
        "Difference in brightness at which the flow is hardly trusted any more.",
        unit="levels of 255",
        ge=1.0,
        le=255.0,
    )
    cut_share: float = setting(
        0.2, "The dream starts anew when less than this share of the picture can be trusted.", ge=0.0, le=1.0
    )
