"""Numbers of a show beside the settings of what is dreamed, and all that a control can turn by its word."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from livedream.clock import FASTEST_BPM, SLOWEST_BPM
from livedream.settings.info import HAND_STEPS, SettingInfo, by_word

LONGEST_FADE_S = 60.0
MOST_AHEAD_MS = 1000.0


def number_info(
    word: str, help_: str, high: float, *, low: float = 0.0, default: float = 0.0, unit: str = ""
) -> SettingInfo:
    """Return what is known of a number from `low` to `high`."""
    step = (high - low) / HAND_STEPS
    return SettingInfo(word, "number", default, help_, unit, "frame", "Show", low=low, high=high, step=step)


FADER = number_info("fader", "Deck A alone at 0, deck B alone at 1.", 1.0)
FADE_S = number_info(
    "fade seconds", "How long a fade to another preset takes.", LONGEST_FADE_S, default=0.5, unit="s"
)
LOOKAHEAD_MS = number_info(
    "lookahead",
    "How long before the beat or bar presets change and waves come, so that what a projector shows late is "
    "on it.",
    MOST_AHEAD_MS,
    unit="ms",
)
TEMPO_BPM = number_info(
    "tempo",
    "The tempo; who sets it leads it.",
    FASTEST_BPM,
    low=SLOWEST_BPM,
    default=120.0,
    unit="beats a minute",
)
SHOW_NUMBERS = (FADER, FADE_S, TEMPO_BPM, LOOKAHEAD_MS)
"""What a performer moves in a show and no preset holds."""


@cache
def by_target() -> Mapping[str, SettingInfo]:
    """Return by its word all that a knob, a message or a lighting desk can turn: settings and a show's."""
    return {**by_word(), **{info.word: info for info in SHOW_NUMBERS}}


@cache
def movable() -> Mapping[str, SettingInfo]:
    """Return by its word all that modulation can move: numbers that need no other engine, and the fader."""
    numbers = {word: info for word, info in by_word().items() if info.is_number and info.lifetime != "engine"}
    return {**numbers, FADER.word: FADER}
