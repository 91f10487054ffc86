"""What a control can turn is one list: the settings and the numbers of a show."""

from __future__ import annotations

from livedream.settings import by_target, by_word, movable
from livedream.settings.show_numbers import FADER, SHOW_NUMBERS


def test_a_number_of_a_show_is_known_as_a_setting_is() -> None:
    assert by_target().keys() == by_word().keys() | {"fader", "fade seconds", "lookahead", "tempo"}
    assert (FADER.section, FADER.name, FADER.at(0.25), FADER.position(0.25)) == ("", "fader", 0.25, 0.25)
    assert FADER.nudge(0.5, 1) == 0.51
    assert not any(info.word in by_word() for info in SHOW_NUMBERS), "no preset holds them"


def test_modulation_moves_the_fader_and_nothing_that_needs_another_engine() -> None:
    assert movable()["fader"] is FADER
    assert movable().keys() <= by_target().keys()
    assert {"fade seconds", "lookahead"}.isdisjoint(movable())
    assert all(info.lifetime == "frame" and info.is_number for info in movable().values())
