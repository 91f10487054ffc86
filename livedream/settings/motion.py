"""The settings of motion."""

from __future__ import annotations

from typing import Literal

from livedream.settings.section import Section, setting

Course = Literal["constant", "loop", "random", "sine", "triangle", "saw", "square"]
"""How a value goes between two ends over time."""


class MotionSettings(Section):
    """How the dream follows the picture's motion, and for how long it stays."""

    group = "Motion"

    persistence: float = setting(
        0.97,
        "Share of the previous frame's dream that the next one starts from; where others blend "
        "(1 - b) of the old dream with b of the new picture, it is 1 - b.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    persistence_mode: Course = setting(
        "constant",
        "How persistence goes over time: constant; loop, in five equal steps to persistence_low and "
        "back; random, anywhere between the two for each frame; or sine, triangle, saw (falls, then "
        "jumps back), square. All but random start at persistence.",
    )
    persistence_low: float = setting(
        0.9, "The other end of persistence, for every mode but constant.", ge=0.0, le=1.0
    )
    persistence_period_s: float = setting(
        8.0,
        "Time from persistence to persistence_low and back, for every mode but constant and random.",
        unit="s",
        ge=0.1,
        le=600.0,
        scale="logarithmic",
    )
    moving: float = setting(1.0, "Factor on persistence where the picture moves.", ge=0.0, le=1.0)
    still: float = setting(1.0, "Factor on persistence where the picture stands still.", ge=0.0, le=1.0)
    threshold_px: float = setting(
        1.0,
        "Motion from one frame to the next that is half-way between still and moving; wholly still "
        "is what moves by less than half of it, wholly moving by more than one and a half.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.05,
        le=40.0,
        scale="logarithmic",
    )
    stillness: float = setting(
        0.0,
        "How much a standing picture deepens the dream, and how much of the dream's depth motion takes "
        "away; 1: all of it, the camera alone is left.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    floor_px: float = setting(
        0.1,
        "Mean motion from one frame to the next that still counts as standing, for stillness and "
        "--attract-s; four times as much wakes wholly.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.01,
        le=20.0,
        scale="logarithmic",
        step=1.25,
    )
    attack_s: float = setting(
        0.3,
        "How long motion takes to wake by two thirds, for stillness.",
        unit="s",
        ge=0.01,
        le=60.0,
        scale="logarithmic",
    )
    release_s: float = setting(
        3.0,
        "How long a standing picture takes to deepen by two thirds, for stillness.",
        unit="s",
        ge=0.01,
        le=60.0,
        scale="logarithmic",
    )
    tolerance_px: float = setting(
        1.5,
        "Forward-backward disagreement of the flow at which it is hardly trusted any more; the faster "
        "the motion the more is allowed, a tenth of it besides.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.05,
        le=20.0,
        scale="logarithmic",
    )
    tolerance_levels: float = setting(
        40.0,
        "Difference in brightness at which the flow is hardly trusted any more.",
        unit="levels of 255",
        ge=1.0,
        le=255.0,
        scale="logarithmic",
    )
    fill: float = setting(
        0.6,
        "Share of the dream that stays where the flow cannot be trusted; it comes from where the motion "
        "of the whole picture says. 0: what appears there is dreamed from nothing.",
        ge=0.0,
        le=1.0,
    )
    recall: float = setting(
        0.9,
        "Share of its older dream that a place gets back when it comes into view again behind what has "
        "passed before it; 0: what is uncovered is dreamed anew, and dreams that fly do so always.",
        ge=0.0,
        le=1.0,
    )
    cut_share: float = setting(
        0.3, "A scene is cut when less than this share of the picture can be trusted.", ge=0.0, le=1.0
    )
    cut_keep: float = setting(
        0.6,
        "Share of the dream that stays at a scene cut, for the new scene to grow from; 0: it starts "
        "from the picture alone.",
        ge=0.0,
        le=1.0,
    )
