"""Surprise: a look that nobody asked for, and that anybody can be shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from livedream.engines.build_job import ProgramState
from livedream.errors import InputError, SourceError
from livedream.presets import Preset
from livedream.runtime.commands import Command, Commands
from livedream.runtime.playlist import Look, Playlist
from livedream.settings import Settings

TINTS: dict[str, tuple[float, float, float]] = {
    "embers": (0.90, 0.35, 0.10),
    "gold": (0.85, 0.62, 0.20),
    "moss": (0.30, 0.52, 0.22),
    "deep sea": (0.08, 0.42, 0.58),
    "ice": (0.62, 0.80, 0.92),
    "violet": (0.48, 0.25, 0.70),
    "rose": (0.82, 0.36, 0.48),
}
"""Colours that a whole dream may lean towards."""

DEPTH = 0.38, 0.72
"""Shallower, it may not be seen on a busy picture; deeper, nothing of the picture is left."""

REMEMBERED = 12
"""So many presets are not chosen again, where there are others."""


class Surprise:
    """Shows a preset with a variation of its own, written by hand over it.

    state_of: how far the engine of a preset is; one that is ready comes at once and is preferred. What is
    varied needs no other engine, swings nowhere and flashes nowhere.
    """

    def __init__(
        self, playlist: Playlist, state_of: Callable[[Preset], ProgramState], random: Random
    ) -> None:
        self._playlist, self._state_of, self._random = playlist, state_of, random
        self._lately: deque[str] = deque(maxlen=REMEMBERED)

    def __call__(self) -> str:
        """Show another look; returns a few words on it. Raises InputError if none can be dreamed."""
        fault: Exception | None = None
        for preset in self._candidates():
            changes, words = variation(preset.settings, self._random)
            try:
                self._put(preset, changes)
            except (InputError, SourceError) as refused:  # its guide's file may have gone
                fault = refused
                continue
            self._lately.append(preset.name)
            return f"surprise: {', '.join([preset.name, *words])}"
        raise InputError(f"no preset can be dreamed: {fault}")

    def _candidates(self) -> list[Preset]:
        """List the presets, those first that come at once and were not seen lately; what is shown last."""
        shown, presets = self._playlist.name, list(self._playlist.presets)
        self._random.shuffle(presets)
        rank = {"ready": 0, "building": 1, "waiting": 2}
        return sorted(
            presets,
            key=lambda one: (one.name == shown, rank[self._state_of(one)], one.name in self._lately),
        )

    def _put(self, preset: Preset, changes: dict[str, Any]) -> None:
        def varied(look: Look) -> Look:
            kept = look.written.under(preset.settings)
            written = kept._replace(hand={**changes, **kept.hand})
            return Look(look.presets, look.presets.index(preset), written)

        self._playlist.edit(varied, "surprise")


def variation(settings: Settings, random: Random) -> tuple[dict[str, Any], list[str]]:
    """Choose what to change in a preset's settings, by word, and a few words on it."""
    changes: dict[str, Any] = {}
    words: list[str] = []
    if settings.dream.style:  # paint is of one depth and of its own colours
        changes["colour.saturation"] = round(random.uniform(0.9, 1.3), 2)
        return changes, words
    low, high = DEPTH
    changes["look.depth"] = round(min(high, max(low, settings.look.depth * random.uniform(0.95, 1.35))), 2)
    # Above that, what dreams in small pieces becomes confetti on a dark picture.
    changes["colour.saturation"] = round(settings.colour.saturation * random.uniform(0.7, 1.1), 2)
    changes["look.light"] = round(min(settings.look.light, random.uniform(0.4, 0.8)), 2)
    if not settings.colour.target and settings.colour.keep == 0 and random.random() < 0.4:
        name = random.choice(list(TINTS))
        changes["colour.target"] = TINTS[name]
        changes["colour.target_weight"] = round(random.uniform(0.02, 0.035), 3)
        # The tint is of the light, which therefore is the dream's, and is lost among many colours.
        changes["look.light"] = round(random.uniform(0.0, 0.25), 2)
        changes["colour.saturation"] = round(changes["colour.saturation"] * 0.8, 2)
        words.append(name)
    if settings.feedback.zoom == 0 and settings.feedback.rotate == 0 and random.random() < 0.35:
        changes["feedback.zoom"] = round(random.choice((-1, 1)) * random.uniform(0.06, 0.25), 2)
        changes["feedback.rotate"] = round(random.uniform(-8.0, 8.0), 1)
        words.append("flying" if changes["feedback.zoom"] > 0 else "sinking")
    return changes, words


def add_surprise_command(commands: Commands, surprise: Surprise) -> None:
    """Add surprise."""
    commands.add("surprise", Command("Show a look by chance, in good taste; undo takes it back.", surprise))
