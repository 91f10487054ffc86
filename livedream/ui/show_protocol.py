"""What the window needs of a show: something to look at, and where it is changed by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from livedream.engines.build_job import ProgramState
from livedream.frame import Frame, Shown
from livedream.presets import Preset
from livedream.runtime.desk import Desk
from livedream.runtime.source_switcher import SourceSwitcher
from livedream.runtime.status import Status
from livedream.runtime.store import SettingsStore


class Show(Protocol):
    """A running session, as the window sees it."""

    def latest(self) -> Shown | None:
        """Return what is shown now; None so far; cheap, any thread."""
        ...

    def status(self) -> Status:
        """Return the session's status."""
        ...

    def stop(self) -> None:
        """Ask the session to end; returns at once."""
        ...

    @property
    def ended(self) -> bool:
        """Return whether the session has ended: end of file, error, stop."""
        ...


class Commands(Protocol):
    """Where the show is changed by hand, as the window sees it."""

    def do(self, name: str) -> str:
        """Do a command; return a few words on the new state."""
        ...


class Playable(Protocol):
    """What a panel plays: `livedream.runtime.session.LiveSession`."""

    store: SettingsStore
    desk: Desk | None

    @property
    def sources(self) -> SourceSwitcher:
        """Return what changes the source."""
        ...

    def has_time_for(self, preset: Preset) -> bool:
        """Return whether the show has time to spare for a picture of a preset."""
        ...

    def tell(self, sentence: str) -> None:
        """Tell people a sentence."""
        ...

    def captured(self) -> Frame | None:
        """Return what the source showed last; None before."""
        ...

    @property
    def commands(self) -> Commands:
        """Return where commands are done."""
        ...

    def status(self) -> Status:
        """Return how it is going."""
        ...

    def preset_states(self) -> Mapping[str, ProgramState]:
        """Return by name how far the engine of each preset is."""
        ...
