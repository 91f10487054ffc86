"""Macros: what each of the five knobs moves if nobody has said otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from livedream.settings import Settings, by_word, describe
from livedream.settings.macro import REST, SECTION
from livedream.settings.modulation_row import ModulationRow

MACROS: tuple[str, ...] = tuple(info.word for info in describe() if info.section == SECTION)
"""The words of the macros; each is a source of its name, too, such as "depth"."""


@dataclass(frozen=True, slots=True)
class MacroSource:
    """Gives where a macro is, from -1 over 0 at rest to 1; what moves the macro moves what it turns.

    settings: returns those that stand.
    """

    settings: Callable[[], Settings]
    word: str

    def at(self, now_s: float) -> float:  # noqa: ARG002  (a knob has no time of its own)
        """Return where it is now."""
        value: float = by_word()[self.word].value_of(self.settings())
        return (value - REST) / (1 - REST)


def macro_sources(settings: Callable[[], Settings]) -> dict[str, MacroSource]:
    """Return the macros as sources of the matrix, by name. settings: returns those that stand."""
    return {by_word()[word].name: MacroSource(settings, word) for word in MACROS}


def _rows() -> tuple[ModulationRow, ...]:
    row = ModulationRow
    return (
        row("depth", "look.depth", 0.5),
        row("depth", "look.strength", 0.12, side="up", start=0.5),
        row("speed", "dream.step_size", 0.1),
        row("speed", "motion.persistence", -0.08, side="up"),
        row("speed", "motion.persistence", 0.015, side="down"),
        row("speed", "dream.sequence_s", -0.1),
        row("speed", "dream.group_s", -0.1),
        row("mood", "look.light", -0.5, side="up"),
        row("mood", "colour.contrast", 0.3, side="up", start=0.3),
        row("mood", "dream.detail", -0.25, side="down"),
        row("mood", "look.shutter", 0.3, side="down"),
        row("trail", "motion.persistence", 0.02, side="up"),
        row("trail", "motion.fill", 0.35),
        row("trail", "look.shutter", 0.4, side="up"),
        row("trail", "feedback.zoom", 0.02, side="up", start=0.6),
        row("trail", "motion.persistence", -0.15, side="down"),
        row("colour", "colour.saturation", 0.4, side="up"),
        row("colour", "colour.keep", 1.0, side="down"),
    )


MACRO_ROWS = _rows()
"""What the macros turn: each its own kind of thing, and never so far that a picture is lost."""
