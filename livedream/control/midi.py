"""Midi: the controllers of a show with the profile that says what they are bound to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from livedream.clock import Clock
from livedream.control.coalescer import Coalescer
from livedream.control.lane import Lane
from livedream.control.midi_binding import Binding
from livedream.control.midi_map import MidiMap
from livedream.control.midi_ports import MidiBackend, MidiPorts
from livedream.control.midi_profile import MidiProfile, load_profile, save_profile
from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError


class Midi:
    """Feeds a coalescer with what controllers send; what is learned is kept in a profile.

    file: of the profile, which need not exist yet. backend, lane: as of `MidiPorts`. clocked: takes the
    bytes of MIDI clock, the time and the port's name.
    Raises InputError for a binding that is not possible.
    """

    def __init__(  # noqa: PLR0913  (the parts of a show, one by one)
        self,
        coalescer: Coalescer,
        commands: ShowCommands,
        file: Path,
        backend: Callable[[], MidiBackend],
        *,
        clocked: Callable[[int, float, str], None],
        tell: Callable[[str], None],
        clock: Clock,
        lane: Callable[[str], Lane] = Lane,
    ) -> None:
        self.file, self._tell = file, tell
        profile = kept_profile(file, commands)
        self._kept, self._lane = profile, Lane("MIDI profile")
        self.map = MidiMap(coalescer, commands, profile.bindings, learned=self._said)
        self.ports = MidiPorts(
            self.map, backend, profile.ports, clocked=clocked, tell=tell, clock=clock, lane=lane
        )

    def step(self) -> None:
        """Look who has come or gone, show what stands, and keep what was learned."""
        self.ports.step()
        if self._wanted() != self._kept and not self._lane.busy:
            self._lane.put(self._save)

    def close(self) -> None:
        """Close the controllers and keep what was learned."""
        self.ports.close()
        self.map.end()
        self._lane.close()
        if self._wanted() != self._kept:
            self._save()

    def _wanted(self) -> MidiProfile:
        return self._kept._replace(bindings=self.map.bindings)

    def _save(self) -> None:
        wanted = self._wanted()
        self._kept = wanted  # also if it cannot be written: that is said once, not in every frame
        try:
            save_profile(self.file, wanted)
        except InputError as fault:
            self._tell(f"what was learned is not kept: {fault}")

    def _said(self, binding: Binding) -> None:
        self._tell(f"{binding.source} turns {binding.target}")


def kept_profile(file: Path, commands: ShowCommands) -> MidiProfile:
    """Load a profile, an empty one if the file does not exist yet. Raises InputError."""
    return load_profile(file, commands) if file.exists() else MidiProfile()
