from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from livedream.clock import ManualClock
from livedream.health import Health
from livedream.runtime.commands import Commands
from livedream.runtime.output import Output
from livedream.runtime.picture_commands import add_picture_commands
from livedream.runtime.sink_worker import Rate


@pytest.fixture
def output() -> Output:
    source: Any = SimpleNamespace(health=Health("live"))
    return Output(Rate((8, 6), 30), source, ManualClock(), lambda _: None)


def test_the_output_is_mirrored_and_the_limiter_switched_by_commands(output: Output) -> None:
    commands = Commands()
    add_picture_commands(commands, output)
    assert (output.mirrored, output.flash_limit) == (False, "live"), "letters the right way round, and safe"
    assert commands.do("mirror output") == "what goes out is mirrored"
    assert output.mirrored
    assert commands.do("mirror output") == "what goes out is as the camera sees it"
    assert not output.mirrored
    assert commands.do("flash limiter").startswith("flash limiter off")
    assert output.flash_limit == "off"
    assert commands.do("flash limiter").startswith("flash limiter on")
    assert output.flash_limit == "live"


def test_the_limiter_is_on_again_as_it_was_wished_for(output: Output) -> None:
    commands = Commands()
    output.flash_limit = "all"
    add_picture_commands(commands, output)
    commands.do("flash limiter")
    assert "recordings" in commands.do("flash limiter")
    assert output.flash_limit == "all"
