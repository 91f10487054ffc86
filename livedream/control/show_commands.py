"""What a control can ask a show for by name: its commands, each of its presets, its parameters."""

from __future__ import annotations

from collections.abc import Iterator

from livedream.errors import InputError
from livedream.runtime.commands import Commands
from livedream.runtime.parameters import Parameters
from livedream.runtime.playlist import Playlist

SHOW = "preset "
"""Begins the command that shows a preset by its number, from 1, or by its name."""


class ShowCommands:
    """A show's commands, with one more for each of its presets: "preset eyes", "preset 12".

    playlist: None if the show has one look only. parameters: numbers beside the settings. All are looked at
    when they are asked: others may add to them while the show is on.
    """

    def __init__(
        self, commands: Commands, playlist: Playlist | None = None, parameters: Parameters | None = None
    ) -> None:
        self._commands, self._playlist = commands, playlist
        self.parameters = Parameters() if parameters is None else parameters

    def __iter__(self) -> Iterator[str]:
        return iter([*self._commands, *(f"{SHOW}{name}" for name in self.presets())])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in tuple(self)

    def presets(self) -> tuple[str, ...]:
        """Return the names of the presets, in the order in which they are numbered."""
        return () if self._playlist is None else tuple(one.name for one in self._playlist.presets)

    def commands(self) -> tuple[str, ...]:
        """Return the names of the commands that are not for one preset by its name."""
        return tuple(self._commands)

    def is_immediate(self, name: str) -> bool:
        """Return whether a command is over at once, so that it needs not wait for others."""
        return name in self._commands and self._commands[name].immediate

    def do(self, name: str) -> str:
        """Do a command; returns a few words on the new state. Raises InputError if there is none."""
        if name in self._commands or self._playlist is None or not name.startswith(SHOW):
            return self._commands.do(name)
        wanted, names = name.removeprefix(SHOW), self.presets()
        place = names.index(wanted) if wanted in names else int(wanted) - 1 if wanted.isdecimal() else -1
        if not 0 <= place < len(names):
            raise InputError(f"there is no preset {wanted}; there are {len(names)}: {', '.join(names)}")
        shown = self._playlist.show(place)
        return f"preset: {shown}{self._playlist.on_beat.when if self._playlist.asked else ''}"
