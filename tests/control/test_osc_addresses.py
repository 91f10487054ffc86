"""Every address is made from a setting, a preset, a command or a parameter, and acts as that does."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from livedream.control.osc_addresses import (
    command_address,
    named_action,
    parameter_address,
    position_address,
    preset_address,
    setting_actions,
)
from livedream.control.show_commands import ShowCommands
from livedream.presets import load
from livedream.runtime.commands import Command, Commands
from livedream.runtime.parameters import Parameter
from livedream.runtime.playlist import Playlist
from livedream.settings import by_word, describe
from livedream.settings.show_numbers import FADER


@pytest.fixture
def registry() -> Commands:
    made = Commands()
    made.add("reset dream", Command("Do.", lambda: ""))
    return made


@pytest.fixture
def asked(desk: Any, registry: Commands) -> ShowCommands:
    return ShowCommands(registry, Playlist([load("eyes")]), desk.parameters)


def test_each_setting_has_an_address_and_each_number_a_position(desk: Any) -> None:
    numbers = {position_address(info) for info in describe() if info.is_number}
    assert setting_actions(desk.coalescer).keys() == {info.address for info in describe()} | numbers
    assert position_address(by_word()["look.depth"]) == "/look/depth/position"


def test_spaces_of_names_are_written_as_underscores() -> None:
    assert command_address("reset dream") == "/command/reset_dream"
    assert preset_address("my own") == "/preset/my_own"
    assert parameter_address("fader") == "/parameter/fader"


def test_a_position_is_a_place_on_the_scale_not_a_share_of_the_range(desk: Any) -> None:
    info = by_word()["dream.style_scale"]
    act = setting_actions(desk.coalescer)[position_address(info)]
    assert act((0.5,)) == ""
    desk.coalescer.apply()
    assert desk.coalescer.base(info.word) == info.at(0.5)


@pytest.mark.parametrize("arguments", [(), (0.1, 0.2), ("x",), (True,), (float("nan"),), (None,)])
def test_a_position_that_is_no_number_is_said_and_moves_nothing(desk: Any, arguments: Any) -> None:
    assert setting_actions(desk.coalescer)["/look/depth/position"](arguments) == (
        "/look/depth/position takes a number from 0 to 1"
    )
    desk.coalescer.apply()
    assert desk.changes == []


@pytest.mark.parametrize(
    ("arguments", "is_pressed"),
    [
        ((), True),
        ((1,), True),
        ((0.5,), True),
        (("x",), True),
        ((0,), False),
        ((False,), False),
        ((None,), False),
    ],
)
def test_a_button_acts_when_it_is_pressed_not_when_it_is_let_go_of(
    desk: Any, asked: ShowCommands, arguments: Any, is_pressed: bool
) -> None:
    act = named_action(desk.coalescer, asked, "/command/reset_dream")
    assert act is not None
    assert act(arguments) == ""
    desk.coalescer.apply()
    assert desk.done == ["reset dream"] * is_pressed


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/command/",
        "/command/reset dream",
        "/preset/",
        "/preset/no such one",
        "/presets",
        "/parameter/none",
        "/x",
    ],
)
def test_of_what_there_is_not_there_is_no_address(desk: Any, asked: ShowCommands, address: str) -> None:
    assert named_action(desk.coalescer, asked, address) is None


def test_what_comes_during_the_show_has_its_address_at_once(
    desk: Any, asked: ShowCommands, registry: Commands
) -> None:
    stands = [0.0]
    for address in ("/command/freeze", "/parameter/fader"):
        assert named_action(desk.coalescer, asked, address) is None
    registry.add("freeze", Command("Do.", lambda: ""))
    asked.parameters.join(Parameter(FADER, lambda: stands[0], partial(stands.__setitem__, 0)))
    press, fade = (
        named_action(desk.coalescer, asked, one) for one in ("/command/freeze", "/parameter/fader")
    )
    assert press is not None
    assert fade is not None
    assert (press(()), fade((0.5,))) == ("", "")
    desk.coalescer.apply()
    assert (desk.done, stands) == (["freeze"], [0.5])
