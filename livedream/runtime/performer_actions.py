"""The actions: what a performer does by hand during a show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedream.runtime.commands import Command, Commands
from livedream.runtime.layer_tour import all_channels, next_channel, next_layer, where
from livedream.runtime.playlist import Playlist
from livedream.settings import Settings, by_word

NUMBERED = 9
"""So many presets have a command of their own by number, as there are number keys."""


def performer_commands(playlist: Playlist) -> Commands:
    """Return the commands that change what is dreamed; each is a change of the settings in a store.

    Gamma and motion floor belong to the room and stay from preset to preset; layer and channel go with it.
    """
    actions, commands = _Actions(playlist), Commands()
    for name, help_, do in actions.rows():
        commands.add(name, Command(help_, do))
    for number in range(1, NUMBERED + 1):
        commands.add(f"preset {number}", Command(f"Show preset {number}.", partial(actions.preset, number)))
    return commands


class _Actions:
    def __init__(self, programs: Playlist) -> None:
        self._programs, self._store = programs, programs.store

    def rows(self) -> list[tuple[str, str, Callable[[], str]]]:
        """List names, helps and what each does."""
        return [
            ("next preset", "Show the next preset.", partial(self._step, 1)),
            ("previous preset", "Show the preset before.", partial(self._step, -1)),
            ("next layer", "Dream of the next layer of the network.", partial(self._layer, 1)),
            ("previous layer", "Dream of the layer before.", partial(self._layer, -1)),
            ("next channel", "Dream of the layer's next channel alone.", self._channel_by(1)),
            ("previous channel", "Dream of the channel before.", self._channel_by(-1)),
            ("all channels", "Dream of all channels of the layer.", partial(self._channel, all_channels)),
            ("more gamma", "Brighten what the camera sees.", partial(self._gamma, 1)),
            ("less gamma", "Darken what the camera sees.", partial(self._gamma, -1)),
            ("higher floor", "Take more motion for stillness.", partial(self._floor, 1)),
            ("lower floor", "Take less motion for stillness.", partial(self._floor, -1)),
        ]

    def preset(self, number: int) -> str:
        """Show a preset by its number, from 1."""
        try:
            return self._preset(self._programs.show(number - 1))
        except IndexError:
            count = len(self._programs.presets)
            return "there is one preset" if count == 1 else f"there are {count} presets"

    def _channel_by(self, by: int) -> Callable[[], str]:
        return partial(self._channel, partial(next_channel, by=by))

    def _step(self, by: int) -> str:
        return self._preset(self._programs.step(by))

    def _preset(self, name: str) -> str:
        return f"preset: {name}{self._programs.on_beat.when if self._programs.asked else ''}"

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
