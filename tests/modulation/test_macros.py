"""Five knobs turn several settings each, and none at rest."""

from __future__ import annotations

import pytest

from livedream.modulation.macros import MACRO_ROWS, MACROS, macro_sources
from livedream.modulation.row_follower import RowFollower, moved_values
from livedream.modulation.source_values import SourceValues
from livedream.modulation.tempo import Tempo
from livedream.presets import load, shipped
from livedream.settings import Settings, by_word, change
from livedream.settings.modulation_row import check_row


def moved(settings: Settings) -> Settings:
    """Apply what the macros of some settings do to them."""
    sources = SourceValues(macro_sources(lambda: settings), Tempo())
    moves = RowFollower(sources).step(MACRO_ROWS, 0.0).rows
    return change(settings, moved_values(moves, lambda word: by_word()[word].value_of(settings)))


def turned(**macros: float) -> Settings:
    return moved(change(Settings(), {f"macro.{name}": value for name, value in macros.items()}))


def test_there_are_five_and_each_turns_something_in_both_directions() -> None:
    assert [by_word()[word].name for word in MACROS] == ["depth", "speed", "mood", "trail", "colour"]
    for word in MACROS:
        sides = {row.side for row in MACRO_ROWS if row.source == by_word()[word].name}
        assert "both" in sides or sides == {"up", "down"}
    for row in MACRO_ROWS:
        check_row(row)
    assert len({row.key for row in MACRO_ROWS}) == len(MACRO_ROWS)


@pytest.mark.parametrize("name", shipped())
def test_at_rest_they_do_nothing(name: str) -> None:
    assert moved(load(name).settings) == load(name).settings


def test_they_turn_what_they_say() -> None:
    rest, deep = Settings(), turned(depth=1.0)
    assert deep.look.depth == pytest.approx(0.94)
    assert deep.look.strength > rest.look.strength
    assert turned(depth=0.6).look.strength == rest.look.strength, "that comes near the end only"
    assert turned(depth=0.0).look.depth == 0.0
    fast, slow = turned(speed=1.0), turned(speed=0.0)
    assert fast.motion.persistence < rest.motion.persistence < slow.motion.persistence < 1
    assert fast.dream.step_size > rest.dream.step_size > slow.dream.step_size
    assert fast.dream.sequence_s < rest.dream.sequence_s < slow.dream.sequence_s
    assert turned(mood=1.0).look.light < rest.look.light
    assert turned(mood=0.0).dream.detail < rest.dream.detail
    long, short = turned(trail=1.0), turned(trail=0.0)
    assert short.motion.persistence < rest.motion.persistence < long.motion.persistence < 1
    assert turned(colour=0.0).colour.keep == 1.0
    assert turned(colour=1.0).colour.saturation > rest.colour.saturation
