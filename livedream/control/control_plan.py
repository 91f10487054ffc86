"""What a show is turned by, as a person has asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livedream.runtime.on_beat import Quantise


@dataclass(frozen=True, slots=True)
class ControlPlan:
    """What turns a show.

    osc: host and port to listen on. osc_to: those that changes are sent to. midi: the name or the file of a
    profile, "" for the default one; None: no MIDI. profiles: the folder of those; None: the person's own.
    bpm: the tempo to begin with. quantise: of preset changes.
    """

    osc: tuple[str, int] | None = None
    osc_to: tuple[str, int] | None = None
    midi: str | None = None
    profiles: Path | None = None
    bpm: float = 120.0
    quantise: Quantise = "off"
