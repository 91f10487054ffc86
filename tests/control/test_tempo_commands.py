"""The tempo is tapped and pushed by commands."""

from __future__ import annotations

import pytest

from livedream.clock import ManualClock
from livedream.control.tempo_commands import NUDGE, add_tempo_commands, add_tempo_parameters
from livedream.modulation.tempo import Tempo
from livedream.runtime.commands import Commands
from livedream.runtime.on_beat import OnBeat
from livedream.runtime.parameters import Parameters


class Booth:
    def __init__(self) -> None:
        self.clock, self.tempo, self.commands = ManualClock(), Tempo(), Commands()
        self.on_beat = OnBeat()
        self.names = add_tempo_commands(self.commands, self.tempo, self.clock, self.on_beat)


@pytest.fixture
def booth() -> Booth:
    return Booth()


def test_eight_taps_are_a_tempo(booth: Booth) -> None:
    for _ in range(8):
        said = booth.commands.do("tap")
        booth.clock.advance(60 / 133)
    assert booth.tempo.bpm == pytest.approx(133, rel=0.01)
    assert said == "tempo: 133.0 beats a minute"


def test_it_is_doubled_halved_nudged_and_begun_anew(booth: Booth) -> None:
    assert booth.commands.do("double tempo") == "tempo: 240.0 beats a minute"
    assert booth.commands.do("halve tempo") == "tempo: 120.0 beats a minute"
    booth.clock.advance(10.1)
    before = booth.tempo.beats(booth.clock.now_s())
    booth.commands.do("nudge earlier")
    assert booth.tempo.beats(booth.clock.now_s()) == pytest.approx(before + NUDGE)
    booth.commands.do("nudge later")
    assert booth.tempo.beats(booth.clock.now_s()) == pytest.approx(before)
    booth.commands.do("resync")
    assert booth.tempo.beats(booth.clock.now_s()) == 0


def test_when_presets_come_is_chosen_in_turn(booth: Booth) -> None:
    said = [booth.commands.do("quantise") for _ in range(3)]
    assert said == ["presets come on the next beat", "presets come on the next bar", "presets come at once"]
    assert booth.on_beat.quantise == "off"


def test_all_are_immediate_and_one_look_has_nothing_to_quantise(booth: Booth) -> None:
    assert all(booth.commands[name].immediate for name in booth.names)
    names = add_tempo_commands(Commands(), booth.tempo, booth.clock, None)
    assert names == [name for name in booth.names if name != "quantise"]


def test_the_tempo_is_a_number_too_and_the_bar_goes_on_from_where_it_is(booth: Booth) -> None:
    parameters = Parameters()
    assert "tempo" in add_tempo_parameters(parameters, booth.tempo, booth.clock)
    booth.clock.advance(10.1)
    before = booth.tempo.beats(booth.clock.now_s())
    assert parameters.turn("tempo", 133.4) == 133.4
    assert booth.tempo.beats(booth.clock.now_s()) == pytest.approx(before)
    assert [parameters.turn("tempo", bpm) for bpm in (1.0, 1000.0)] == [20.0, 400.0]


def test_what_is_shown_on_the_beat_comes_earlier_by_the_lookahead(booth: Booth) -> None:
    parameters = Parameters()
    add_tempo_parameters(parameters, booth.tempo, booth.clock)
    booth.on_beat.follow(booth.tempo.beats_ahead)
    booth.on_beat.quantise = "bar"
    assert parameters.turn("lookahead", 2000) == 1000.0
    assert parameters.turn("lookahead", 300) == booth.tempo.lookahead_ms == 300.0
    due = booth.on_beat.due(0.1)
    assert due == 4.0, "the bar begins at 2 s"
    assert not booth.on_beat.is_reached(due, 1.69)
    assert booth.on_beat.is_reached(due, 1.7)
    assert booth.on_beat.due(1.8) == 8.0, "it is too late for this bar: it would be seen after it"
    assert booth.tempo.beats(1.7) == pytest.approx(3.4), "the beat itself is where it was"
