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
        "Share of the previous frame's dream that the next one starts from; in programs that blend (1 - b) "
        "of the old dream with b of the new picture it is 1 - b.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    persistence_mode: Course = setting(
        "constant",
        "How persistence varies over time: constant; loop, in five equal steps to persistence_low and "
        "back; random, anywhere between the two for each frame; or sine, triangle, saw (falls, then jumps "
        "back), square. All but random start at persistence.",
    )
    persistence_low: float = setting(
        0.9, "The other end of the range of persistence, for every mode but constant.", ge=0.0, le=1.0
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
        "Motion per frame that is half-way between still and moving; less than half of it is fully still, "
        "more than one and a half times as much fully moving.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.05,
        le=40.0,
        scale="logarithmic",
    )
    stillness: float = setting(
        0.0,
        "How much a still picture deepens the dream, and how much of the dream's depth motion takes away; "
        "at 1 motion leaves the camera alone.",
        ge=0.0,
        le=1.0,
        basic=True,
    )
    floor_px: float = setting(
        0.1,
        "Mean motion per frame that still counts as standing still, for stillness and --attract-s; four "
        "times as much wakes the picture fully.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.01,
        le=20.0,
        scale="logarithmic",
        step=1.25,
    )
    attack_s: float = setting(
        0.3,
        "Time in which motion wakes the picture by two thirds, for stillness.",
        unit="s",
        ge=0.01,
        le=60.0,
        scale="logarithmic",
    )
    release_s: float = setting(
        3.0,
        "Time in which a still picture deepens the dream by two thirds, for stillness.",
        unit="s",
        ge=0.01,
        le=60.0,
        scale="logarithmic",
    )
    tolerance_px: float = setting(
        1.5,
        "Forward-backward error at which the flow is hardly trusted; a tenth of the motion is allowed on "
        "top.",
        unit="px of the grid that flow is measured on, 160 long",
        ge=0.05,
        le=20.0,
        scale="logarithmic",
    )
    tolerance_levels: float = setting(
        40.0,
        "Difference in brightness at which the flow is hardly trusted.",
        unit="levels of 255",
        ge=1.0,
        le=255.0,
        scale="logarithmic",
    )
    fill: float = setting(
        0.6,
        "Share of the dream that is kept where the flow cannot be trusted, carried along by the motion of "
        "the whole picture; 0: what appears there is dreamed from scratch.",
        ge=0.0,
        le=1.0,
    )
    recall: float = setting(
        0.9,
        "Share of its older dream that a place gets back when it comes into view again, after something "
        "has passed in front of it; 0: it is dreamed anew, as always while the dream flies.",
        ge=0.0,
        le=1.0,
    )
    cut_share: float = setting(
        0.3,
        "There is a scene cut where the flow of less than this share of the picture can be trusted.",
        ge=0.0,
        le=1.0,
    )
    cut_keep: float = setting(
        0.6,
        "Share of the dream that is kept at a scene cut, for the new scene to grow from; 0: it starts from "
        "the picture alone.",
        ge=0.0,
        le=1.0,
    )
