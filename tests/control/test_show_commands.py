"""A control asks for commands and presets by name."""

from __future__ import annotations

import pytest

from livedream.control.show_commands import ShowCommands
from livedream.errors import InputError
from livedream.presets import load
from livedream.runtime.commands import Command, Commands
from livedream.runtime.performer_actions import performer_commands
from livedream.runtime.playlist import Playlist


@pytest.fixture
def playlist() -> Playlist:
    return Playlist([load("eyes"), load("weave")])


@pytest.fixture
def registry(playlist: Playlist) -> Commands:
    return performer_commands(playlist)


def test_each_preset_is_shown_by_its_name_or_number(playlist: Playlist, registry: Commands) -> None:
    asked = ShowCommands(registry, playlist)
    assert asked.do("preset weave") == "preset: weave"
    assert playlist.name == "weave"
    assert asked.do("preset 1") == "preset: eyes"
    assert asked.presets() == ("eyes", "weave")
    for wrong in ("preset fur", "preset 12", "preset -1"):
        with pytest.raises(InputError, match=f"there is no {wrong}; there are 2: eyes, weave"):
            asked.do(wrong)


def test_it_lists_what_can_be_bound_also_what_is_added_later(playlist: Playlist, registry: Commands) -> None:
    asked = ShowCommands(registry, playlist)
    registry.add("tap", Command("Tap.", lambda: "tapped", immediate=True))
    assert {"next preset", "preset eyes", "tap"} <= set(asked)
    assert "preset weave" in asked
    assert "preset fur" not in asked
    assert "preset eyes" not in asked.commands()
    assert asked.is_immediate("tap")
    assert not asked.is_immediate("preset eyes")
    assert asked.do("tap") == "tapped"


def test_a_show_with_one_look_has_no_presets() -> None:
    asked = ShowCommands(Commands())
    assert list(asked) == []
    with pytest.raises(InputError, match="there is no command 'preset eyes'"):
        asked.do("preset eyes")
