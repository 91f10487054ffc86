"""Five knobs turn several settings each, and none at rest."""

from __future__ import annotations

from typing import Any

import pytest

from livedream.control.macros import MACRO_ROWS, MACROS, macro_sources
from livedream.control.matrix import Matrix
from livedream.control.tempo import Tempo
from livedream.presets import load, shipped
from livedream.settings import Settings, by_word
from livedream.settings.modulation_row import check_row


@pytest.fixture
def matrix(desk: Any) -> Matrix:
    made = Matrix(desk.coalescer, macro_sources(desk.store), Tempo(), MACRO_ROWS)
    desk.coalescer.before_each(made.step)
    return made


def turned(desk: Any, **macros: float) -> Settings:
    desk.store.change({f"macro.{name}": value for name, value in macros.items()}, "test")
    desk.coalescer.apply()
    settings: Settings = desk.store.snapshot()
    return settings


def test_there_are_five_and_each_turns_something_in_both_directions() -> None:
    assert [by_word()[word].name for word in MACROS] == ["depth", "speed", "mood", "trail", "colour"]
    for word in MACROS:
        sides = {row.side for row in MACRO_ROWS if row.source == by_word()[word].name}
        assert "both" in sides or sides == {"up", "down"}
    for row in MACRO_ROWS:
        check_row(row)
    assert len({row.key for row in MACRO_ROWS}) == len(MACRO_ROWS)


@pytest.mark.usefixtures("matrix")
def test_at_rest_they_do_nothing(desk: Any) -> None:
    for name in shipped():
        desk.store.load(load(name).settings)
        desk.coalescer.apply()
        assert desk.store.snapshot() == load(name).settings
    assert desk.store.layer("modulation") == {}


@pytest.mark.usefixtures("matrix")
def test_they_turn_what_they_say(desk: Any) -> None:
    rest = Settings()
    deep = turned(desk, depth=1.0)
    assert deep.look.depth == pytest.approx(0.94)
    assert deep.look.strength > rest.look.strength
    assert turned(desk, depth=0.6).look.strength == rest.look.strength, "that comes near the end only"
    assert turned(desk, depth=0.0).look.depth == 0.0
    fast, slow = turned(desk, depth=0.5, speed=1.0), turned(desk, speed=0.0)
    assert fast.motion.persistence < rest.motion.persistence < slow.motion.persistence < 1
    assert fast.dream.step_size > rest.dream.step_size > slow.dream.step_size
    assert fast.dream.sequence_s < rest.dream.sequence_s < slow.dream.sequence_s
    assert turned(desk, speed=0.5, mood=1.0).look.light < rest.look.light
    assert turned(desk, mood=0.0).dream.detail < rest.dream.detail
    long, short = turned(desk, mood=0.5, trail=1.0), turned(desk, trail=0.0)
    assert short.motion.persistence < rest.motion.persistence < long.motion.persistence < 1
    assert turned(desk, trail=0.5, colour=0.0).colour.keep == 1.0
    assert turned(desk, colour=1.0).colour.saturation > rest.colour.saturation


@pytest.mark.usefixtures("matrix")
def test_what_moves_a_macro_moves_what_it_turns(desk: Any) -> None:
    desk.store.change({"macro.depth": 0.75}, "test", "modulation")
    desk.coalescer.apply()
    assert desk.store.snapshot().look.depth == pytest.approx(0.44 + 0.25)
