"""The options of what turns a show: OSC, MIDI, tempo, sound, lighting desks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, get_args

import typer

from livedream.control.control_plan import ControlPlan, Lead
from livedream.errors import InputError
from livedream.modulation.tempo import check_bpm
from livedream.runtime.on_beat import QUANTA, Quantise

SOUND_FILES = (
    ".aac",
    ".aiff",
    ".flac",
    ".m4a",
    ".mkv",
    ".mov",
    ".mp3",
    ".mp4",
    ".ogg",
    ".opus",
    ".wav",
    ".webm",
)
"""Ends of names that no sound input has: a device may come later, but a file is there or not."""

OscOption = Annotated[
    str | None,
    typer.Option(
        "--osc",
        help="Listen for OSC messages: PORT on this computer, or HOST:PORT; docs/osc.md lists the addresses.",
        metavar="[HOST:]PORT",
        show_default=False,
    ),
]
OscToOption = Annotated[
    str | None,
    typer.Option(
        "--osc-to",
        help="Send what changes to this OSC client, so that its faders follow.",
        metavar="HOST:PORT",
        show_default=False,
    ),
]
MidiOption = Annotated[
    str | None,
    typer.Option(
        help="Open MIDI controllers, also those that are plugged in later, with a PROFILE of what they are "
        "bound to: its name, or a TOML file; default if not given.",
        metavar="[PROFILE]",
        show_default=False,
    ),
]
BpmOption = Annotated[float, typer.Option(help="Tempo to begin with, in beats a minute.", metavar="N")]
QuantiseOption = Annotated[
    str,
    typer.Option(help="When a preset that is asked for is shown: off, at once.", metavar="|".join(QUANTA)),
]
LookaheadOption = Annotated[
    float,
    typer.Option(
        help="Milliseconds before the beat or bar at which presets change and waves come, so that what a "
        "projector or a stream shows late is on it; 0 to 1000.",
        metavar="MS",
    ),
]
AudioOption = Annotated[
    str | None,
    typer.Option(
        help="Listen to a sound input, by its name, a part of it or its number, or to a sound FILE; the "
        "system's input if not given. --move says what it moves.",
        metavar="[INPUT]",
        show_default=False,
    ),
]
MoveOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Let a source move a setting by a share of its range, such as bass=look.depth:0.4; may be "
        "repeated. Sources: bass, low mid, mid, high, onset, loudness (--audio), waves such as sine 4 beats, "
        "channel N (--art-net).",
        metavar="SOURCE=WORD[:DEPTH]",
        show_default=False,
    ),
]
LeadOption = Annotated[
    str,
    typer.Option(
        "--tempo",
        help="Who leads the tempo: the hand (and MIDI clock) alone, what is heard, or Ableton Link.",
        metavar="|".join(get_args(Lead)),
    ),
]
ArtNetOption = Annotated[
    str | None,
    typer.Option(
        help="Let a lighting desk turn settings by Art-Net: universe, first channel and the settings on the "
        "channels from there, such as 0/1=look.depth,look.light.",
        metavar="UNIVERSE/CHANNEL=WORDS",
        show_default=False,
    ),
]
ArtNetHostOption = Annotated[
    str, typer.Option(help="Where Art-Net is listened to; 0.0.0.0: on the whole network.", metavar="HOST")
]


def with_sound_and_light(
    plan: ControlPlan, audio: str | None, tempo: str, move: list[str] | None, art_net: str | None, host: str
) -> ControlPlan:
    """Return a plan that listens, too, checked. Raises InputError."""
    from livedream.control.artnet_server import parse_art_net

    lead = parse_lead(tempo, audio)
    channels = None if art_net is None else parse_art_net(art_net, host)
    from livedream.settings.modulation_row import parse_moves

    rows = parse_moves(move or ())
    return replace(plan, audio=check_audio(audio), lead=lead, art_net=channels, rows=rows)


def check_audio(text: str | None) -> str | None:
    """Return what is to be listened to. Raises InputError if it is written as a file and there is none."""
    if text and Path(text).suffix.lower() in SOUND_FILES and not Path(text).expanduser().is_file():
        raise InputError(f"--audio {text}: there is no such file")
    return text


def parse_lead(text: str, audio: str | None) -> Lead:
    """Return who leads the tempo. Raises InputError."""
    if text == "audio" and audio is None:
        raise InputError("--tempo audio is led by what is heard: give --audio, too")
    for name in get_args(Lead):
        if text == name:
            found: Lead = name
            return found
    raise InputError(f"--tempo {text}: choose one of {', '.join(get_args(Lead))}")


def control_plan(
    osc: str | None,
    osc_to: str | None,
    midi: str | None,
    bpm: float,
    quantise: str,
    lookahead_ms: float = 0.0,
) -> ControlPlan:
    """Return what turns a show, checked. Raises InputError."""
    # Settings take a tenth of a second to load, which is for shows alone.
    from livedream.settings.show_numbers import MOST_AHEAD_MS

    check_bpm(bpm)
    if not 0 <= lookahead_ms <= MOST_AHEAD_MS:
        raise InputError(f"--lookahead {lookahead_ms:g}: choose 0 to {MOST_AHEAD_MS:g} milliseconds")
    return ControlPlan(
        parse_osc(osc),
        parse_osc_to(osc_to),
        midi,
        bpm=bpm,
        quantise=parse_quantise(quantise),
        lookahead_ms=lookahead_ms,
    )


def parse_quantise(text: str) -> Quantise:
    """Return when presets are shown. Raises InputError."""
    for name in QUANTA:
        if text == name:
            return name
    raise InputError(f"--quantise {text}: choose one of {', '.join(QUANTA)}")


def parse_osc(text: str | None) -> tuple[str, int] | None:
    """Read "9000" or "HOST:9000" as where to listen, this computer alone if no host is named.

    Raises InputError.
    """
    if text is None:
        return None
    host, _, port = text.strip().rpartition(":")
    return host or "127.0.0.1", _port(port, f"--osc {text}: write PORT or HOST:PORT, for example 9000")


def parse_osc_to(text: str | None) -> tuple[str, int] | None:
    """Read "HOST:9001" as where to send. Raises InputError."""
    if text is None:
        return None
    host, _, port = text.strip().rpartition(":")
    wrong = f"--osc-to {text}: write HOST:PORT, for example 192.168.0.7:9001"
    if not host:
        raise InputError(wrong)
    return host, _port(port, wrong)


def _port(text: str, wrong: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and 1 <= int(text) <= 65535):
        raise InputError(wrong)
    return int(text)
