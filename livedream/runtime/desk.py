"""Desk: all that a performer does in a show with presets, by name."""

from __future__ import annotations

import random

from livedream.clock import Clock
from livedream.runtime.decks import Decks, add_deck_commands
from livedream.runtime.dreamer import Dreamer
from livedream.runtime.history import History, add_history_commands
from livedream.runtime.layer_tour import picked
from livedream.runtime.parameters import Parameters
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist
from livedream.runtime.preset_edits import add_preset_commands
from livedream.runtime.surprise import Surprise, add_surprise_command
from livedream.settings import Settings


class Desk:
    """Holds the commands and parameters of a show, its two decks and the steps back.

    dreamer: blends the decks, and builds ahead the engines of what may come next.
    """

    def __init__(self, playlist: Playlist, dreamer: Dreamer, clock: Clock) -> None:
        self.playlist = playlist
        self.commands, self.parameters = performer_commands(playlist), Parameters()
        self.history = History(playlist, clock)
        self.decks = Decks(playlist, dreamer)
        self.surprise = Surprise(
            playlist, lambda preset: dreamer.state_of(preset.settings.dream), random.Random()
        )
        add_preset_commands(self.commands, playlist)
        add_history_commands(self.commands, self.history)
        add_deck_commands(self.commands, self.parameters, self.decks)
        add_surprise_command(self.commands, self.surprise)
        dreamer.expect(self._upcoming)
        dreamer.blend_in(self.decks.beside)
        playlist.observe(dreamer.expect_anew)

    def advance(self, now_s: float, *, waiting: bool) -> None:
        """Let what goes by itself go on: the presets in a row, the fader.

        now_s: clock time, told at every frame. waiting: an engine is being built.
        """
        self.playlist.advance(now_s, waiting=waiting)
        self.decks.advance(now_s, waiting=waiting)

    def _upcoming(self) -> list[Settings]:
        """List the presets, and one channel of what stands, as a hand may have changed that."""
        presets = [preset.settings for preset in (self.decks.other, *self.playlist.upcoming())]
        return [*presets, *picked(self.playlist.store.snapshot())]
