"""Commands for the picture that goes out: mirrored, and kept from flashing."""

from __future__ import annotations

from livedream.runtime.commands import Command, Commands
from livedream.runtime.output import Output


def add_picture_commands(commands: Commands, output: Output) -> None:
    """Add mirror output and flash limiter."""

    def mirror() -> str:
        output.mirrored = not output.mirrored
        return "what goes out is mirrored" if output.mirrored else "what goes out is as the camera sees it"

    def flash_limiter() -> str:
        if output.flash_limit != "off":
            output.flash_limit = "off"
            return "flash limiter off: what flashes goes out as it is"
        output.flash_limit = "live"
        return "flash limiter on: what people watch is kept from flashing"

    commands.add("mirror output", Command("Mirror what goes out, or no more.", mirror))
    commands.add("flash limiter", Command("Keep what people watch from flashing, or no more.", flash_limiter))
