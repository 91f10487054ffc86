"""The commands and numbers of the tempo, for keys, buttons, pads and messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from livedream.clock import Clock
from livedream.modulation.tempo import Tempo
from livedream.runtime.commands import Command, Commands
from livedream.runtime.on_beat import QUANTA, OnBeat
from livedream.runtime.parameters import Parameter, Parameters
from livedream.settings.show_numbers import LOOKAHEAD_MS, TEMPO_BPM

NUDGE = 1 / 32
"""How far a nudge moves the beat, in beats."""


def add_tempo_commands(commands: Commands, tempo: Tempo, clock: Clock, on_beat: OnBeat | None) -> list[str]:
    """Add tap, nudges, double, halve, resync and quantise; returns their names.

    on_beat: what changes of preset are moved by; None: the show has one look only.
    """

    def at_once(change: Callable[[float], object]) -> str:
        change(clock.now_s())
        return f"tempo: {tempo.bpm:.1f} beats a minute"

    def nudged(beats: float) -> str:
        tempo.nudge(beats, clock.now_s())
        return f"beats come {'earlier' if beats > 0 else 'later'}"

    def resynced() -> str:
        tempo.resync(clock.now_s())
        return "tempo: the bar begins now"

    rows: dict[str, tuple[str, Callable[[], str]]] = {
        "tap": ("Tap the tempo: each tap is a beat.", partial(at_once, tempo.tap)),
        "nudge earlier": (
            "Let the beats come a little earlier.",
            partial(nudged, NUDGE),
        ),
        "nudge later": ("Let the beats come a little later.", partial(nudged, -NUDGE)),
        "double tempo": ("Go twice as fast.", partial(at_once, tempo.double)),
        "halve tempo": ("Go half as fast.", partial(at_once, tempo.halve)),
        "resync": ("Begin the bar now.", resynced),
    }
    if on_beat is not None:
        rows["quantise"] = (
            "Show presets at once, on the next beat, or on the next bar, in turn.",
            partial(_next_quantum, on_beat),
        )
    for name, (help_, do) in rows.items():
        commands.add(name, Command(help_, do, immediate=True))
    return list(rows)


def add_tempo_parameters(parameters: Parameters, tempo: Tempo, clock: Clock) -> list[str]:
    """Add the tempo as a number, and how long before the beat changes come; returns their names."""

    def set_ahead(milliseconds: float) -> None:
        tempo.lookahead_ms = milliseconds

    def go(bpm: float) -> None:
        tempo.go(bpm, clock.now_s())

    parameters.join(Parameter(TEMPO_BPM, lambda: round(tempo.bpm, 1), go))
    parameters.join(Parameter(LOOKAHEAD_MS, lambda: tempo.lookahead_ms, set_ahead))
    return [TEMPO_BPM.word, LOOKAHEAD_MS.word]


def _next_quantum(on_beat: OnBeat) -> str:
    names = list(QUANTA)
    on_beat.quantise = names[(names.index(on_beat.quantise) + 1) % len(names)]
    return (
        "presets come at once"
        if on_beat.quantise == "off"
        else f"presets come on the next {on_beat.quantise}"
    )
