from __future__ import annotations

import pytest

from livedream.errors import InputError
from livedream.runtime.commands import Command, Commands


def test_a_command_is_done_by_its_name_and_says_what_became_of_it() -> None:
    commands = Commands()
    commands.add("still", Command("Write a picture.", lambda: "written"))
    commands.add("blackout", Command("Send out black.", lambda: "black", immediate=True))
    assert commands.do("still") == "written"
    assert [(name, command.immediate) for name, command in commands.items()] == [
        ("still", False),
        ("blackout", True),
    ]


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    commands = Commands()
    commands.add("freeze", Command("Hold the last frame.", lambda: "frozen"))
    with pytest.raises(InputError, match=r"there is no command 'freez'; did you mean freeze\?"):
        commands.do("freez")
