"""The options of what turns a show: OSC, MIDI, tempo."""

from __future__ import annotations

from typing import Annotated

import typer

from livedream.control.control_plan import ControlPlan
from livedream.control.tempo import FASTEST_BPM, SLOWEST_BPM
from livedream.errors import InputError
from livedream.runtime.on_beat import QUANTA, Quantise

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


def control_plan(
    osc: str | None, osc_to: str | None, midi: str | None, bpm: float, quantise: str
) -> ControlPlan:
    """Return what turns a show, checked. Raises InputError."""
    if not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise InputError(f"--bpm {bpm:g}: choose {SLOWEST_BPM:g} to {FASTEST_BPM:g} beats a minute")
    return ControlPlan(parse_osc(osc), parse_osc_to(osc_to), midi, bpm=bpm, quantise=parse_quantise(quantise))


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
