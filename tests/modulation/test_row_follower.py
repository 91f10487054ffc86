from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from livedream.modulation.row_follower import STILL, RowFollower, moved_values, standing
from livedream.modulation.source_values import SourceValues
from livedream.modulation.tempo import Tempo
from livedream.settings import Settings, by_word
from livedream.settings.modulation_row import ModulationRow as Row


@dataclass
class Knob:
    value: float = 1.0

    def at(self, now_s: float) -> float:
        return self.value


def base(word: str) -> float:
    value: float = by_word()[word].value_of(Settings())
    return value


def test_a_row_follows_its_source_within_its_time() -> None:
    knob = Knob(0.0)
    slow, quick = Row("a", "look.depth", 0.5, smoothing_s=2.0), Row("a", "look.light", 0.5)
    follower = RowFollower(SourceValues({"a": knob}, Tempo()))
    assert set(follower.step([slow, quick], 1.0).rows.values()) == {0.0}
    knob.value = 1.0
    movement = follower.step([slow, quick], 3.0)
    assert movement.sources == {"a": 1.0}
    assert movement.rows == {slow: pytest.approx(0.5 * (1 - math.exp(-1))), quick: 0.5}


def test_however_often_it_is_stepped_the_time_decides() -> None:
    row, ends = Row("a", "look.depth", 1.0, smoothing_s=0.7), []
    for steps in (1, 50):
        knob = Knob(0.0)
        follower = RowFollower(SourceValues({"a": knob}, Tempo()))
        follower.step([row], 0.0)
        knob.value = 1.0
        for step in range(1, steps + 1):
            movement = follower.step([row], step / steps)
        ends.append(movement.rows[row])
    assert ends[0] == pytest.approx(ends[1])


def test_a_row_that_is_new_begins_where_its_source_is() -> None:
    row = Row("a", "look.depth", 1.0, smoothing_s=60.0)
    follower = RowFollower(SourceValues({"a": Knob(0.4)}, Tempo()))
    follower.step([], 0.0)
    assert follower.step([row], 1.0).rows == {row: 0.4}


def test_a_later_owner_s_row_takes_the_place_of_an_earlier_one_s() -> None:
    default, other, preset = Row("a", "look.depth", 0.1), Row("a", "look.light"), Row("a", "look.depth", 0.3)
    up = Row("a", "look.depth", 0.2, side="up")
    assert list(standing([[default, other], [preset, up]]).values()) == [preset, other, up]


def test_rows_of_a_setting_add_up_within_its_range() -> None:
    moves = {Row("a", "look.depth"): 0.1, Row("b", "look.depth"): 0.2, Row("a", "look.light"): 3.0}
    values = moved_values(moves, base)
    assert values == {"look.depth": pytest.approx(0.74), "look.light": by_word()["look.light"].high}


def test_what_is_hardly_moved_is_not_moved() -> None:
    moves = {Row("a", "look.depth"): 0.1, Row("b", "look.depth"): -0.1, Row("a", "look.light"): STILL}
    assert moved_values(moves, base) == {}
