from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from livedream.clock import ManualClock
from livedream.health import Health
from livedream.runtime.commands import Commands
from livedream.runtime.output import Output
from livedream.runtime.picture_commands import add_picture_commands
from livedream.runtime.sink_worker import Rate


def test_the_output_is_mirrored_and_the_limiter_switched_by_commands() -> None:
    source: Any = SimpleNamespace(health=Health("live"))
    output, commands = Output(Rate((8, 6), 30), source, ManualClock(), lambda _: None), Commands()
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
