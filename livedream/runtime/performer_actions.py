"""The actions: what a performer does by hand during a show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from livedream.runtime.layer_tour import all_channels, next_channel, next_layer, where
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings, by_word

Move = Literal[
    "next preset",
    "previous preset",
    "preset 1",
    "preset 2",
    "preset 3",
    "preset 4",
    "preset 5",
    "preset 6",
    "preset 7",
    "preset 8",
    "preset 9",
    "next layer",
    "previous layer",
    "next channel",
    "previous channel",
    "all channels",
    "more gamma",
    "less gamma",
    "higher floor",
    "lower floor",
]
"""What can be done by hand."""


class PerformerActions:
    """Does moves; each is a change of the settings in the store of its programs.

    Gamma and motion floor belong to the room and stay from preset to preset; layer and channel go with it.
    """

    def __init__(self, programs: Playlist) -> None:
        self._programs, self._store = programs, programs.store
        self._moves: dict[str, Callable[[], str]] = {
            "next preset": partial(self._step, 1),
            "previous preset": partial(self._step, -1),
            "next layer": partial(self._layer, 1),
            "previous layer": partial(self._layer, -1),
            "next channel": partial(self._channel, partial(next_channel, by=1)),
            "previous channel": partial(self._channel, partial(next_channel, by=-1)),
            "all channels": partial(self._channel, all_channels),
            "more gamma": partial(self._gamma, 1),
            "less gamma": partial(self._gamma, -1),
            "higher floor": partial(self._floor, 1),
            "lower floor": partial(self._floor, -1),
        }
        for number in range(1, 10):
            self._moves[f"preset {number}"] = partial(self._preset, number)

    def do(self, move: Move) -> str:
        """Do a move; return a few words on the new state."""
        return self._moves[move]()

    def _step(self, by: int) -> str:
        return f"preset: {self._programs.step(by)}"

    def _preset(self, number: int) -> str:
        try:
            return f"preset: {self._programs.show(number - 1)}"
        except IndexError:
            count = len(self._programs.presets)
            return "there is one preset" if count == 1 else f"there are {count} presets"

    def _layer(self, by: int) -> str:
        layer, _, _ = where(self._store.edit(lambda settings: next_layer(settings, by)))
        return f"layer: {layer}"

    def _channel(self, edited: Callable[[Settings], Settings]) -> str:
        layer, channel, count = where(self._store.edit(edited))
        said = f"all {count} channels" if channel is None else f"channel {channel} of {count}"
        return f"{layer}: {said}"

    def _gamma(self, by: int) -> str:
        gamma = round(self._nudged("look.gamma", by), 2)
        return self._keep("look.gamma", gamma, "gamma", f"{gamma:.1f}")

    def _floor(self, by: int) -> str:
        floor_px = float(f"{self._nudged('motion.floor_px', by):.2g}")
        return self._keep("motion.floor_px", floor_px, "motion floor", f"{floor_px:g} px")

    def _nudged(self, word: str, by: int) -> float:
        info = by_word()[word]
        return info.nudge(info.value_of(self._store.snapshot()), by)

    def _keep(self, word: str, value: float, name: str, shown: str) -> str:
        """Keep a setting from preset to preset, unless it is at the end of its range."""
        if value == by_word()[word].value_of(self._store.snapshot()):
            return f"{name} is at its limit"
        self._programs.keep(word, value)
        return f"{name} {shown}"
