"""What a show is turned by, as a person has asked for it, and how that is going."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from livedream.health import Health
from livedream.modulation.tempo import DEFAULT_BPM, HAND
from livedream.runtime.on_beat import Quantise

if TYPE_CHECKING:
    from livedream.control.artnet_server import ArtNetPlan
    from livedream.settings.modulation_row import ModulationRow

Lead = Literal["hand", "audio", "link"]
"""Who leads the tempo: taps and MIDI clock alone, what is heard, or a session of Ableton Link."""


@dataclass(frozen=True, slots=True)
class ControlPlan:
    """What turns a show.

    osc: host and port to listen on. osc_to: those that changes are sent to. midi: the name or the file of a
    profile, "" for the default one; None: no MIDI. profiles: the folder of those; None: the person's own.
    bpm: the tempo to begin with. lead: who leads it. quantise: of preset changes.
    lookahead_ms: before the beat or the bar. audio: the name of an input
    of sound, or a file, "" for the system's input; None: nothing is listened to. art_net: the channels of a
    lighting desk. rows: of the modulation matrix, over those of presets.
    """

    osc: tuple[str, int] | None = None
    osc_to: tuple[str, int] | None = None
    midi: str | None = None
    profiles: Path | None = None
    bpm: float = DEFAULT_BPM
    quantise: Quantise = "off"
    lookahead_ms: float = 0.0
    lead: Lead = "hand"
    audio: str | None = None
    art_net: ArtNetPlan | None = None
    rows: tuple[ModulationRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlStatus:
    """How the controls are.

    bpm: the tempo. beat: beats that have passed, with a fraction. leader: who has set the tempo. quantise: of
    preset changes. osc: where messages are taken, "" for nowhere. midi: the controllers that are open; None:
    there is no MIDI. profile: the file of what they are bound to. learning: the setting or command that the
    next knob is bound to. inputs: how each thing that turns the show is, by its name. loudness: of what is
    heard, 0 to 1. problems: a sentence on each thing that cannot be had.
    """

    bpm: float
    beat: float
    leader: str = HAND
    quantise: Quantise = "off"
    osc: str = ""
    midi: tuple[str, ...] | None = None
    profile: Path | None = None
    learning: str | None = None
    inputs: Mapping[str, Health] = field(default_factory=dict)
    loudness: float = 0.0
    problems: tuple[str, ...] = ()
