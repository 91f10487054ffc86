"""What goes wrong again and again is said once."""

from __future__ import annotations

from livedream.clock import ManualClock
from livedream.control.sparing import KEPT, Sparing


def test_a_thing_is_said_once_a_second() -> None:
    clock, told = ManualClock(), []
    voice = Sparing(told.append, clock)
    assert voice.say("a", "a is wrong")
    assert not voice.say("a", "a is wrong")
    assert voice.say("b", "b is wrong")
    clock.advance(1.0)
    assert voice.say("a", "a is still wrong")
    assert told == ["a is wrong", "b is wrong", "a is still wrong"]


def test_a_flood_of_different_things_is_cut_off_and_forgotten() -> None:
    clock, told = ManualClock(), []
    voice = Sparing(told.append, clock)
    for number in range(10 * KEPT):
        voice.say(number, str(number))
    assert len(told) == KEPT
    clock.advance(1.0)
    assert voice.say("new", "new")
