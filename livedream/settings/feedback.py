"""The settings of feedback."""

from __future__ import annotations

from livedream.settings.section import Section, setting


class FeedbackSettings(Section):
    """How the dream flies through the picture, frame after frame; the camera's picture stays."""

    group = "Flight"

    zoom: float = setting(
        0.0,
        "How fast the dream grows out of the picture's centre; below 0 it shrinks into it.",
        unit="doublings per second",
        ge=-4.0,
        le=4.0,
        step=0.05,
        basic=True,
    )
    rotate: float = setting(
        0.0,
        "How fast the dream turns about the picture's centre, clockwise; below 0 the other way.",
        unit="degrees per second",
        ge=-360.0,
        le=360.0,
        step=1.0,
        basic=True,
    )
    pan_x: float = setting(
        0.0,
        "How fast the dream drifts to the right; below 0 to the left.",
        unit="widths of the picture per second",
        ge=-2.0,
        le=2.0,
    )
    pan_y: float = setting(
        0.0,
        "How fast the dream drifts down; below 0 up.",
        unit="heights of the picture per second",
        ge=-2.0,
        le=2.0,
    )
