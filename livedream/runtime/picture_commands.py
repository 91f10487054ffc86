"""Commands for the picture that goes out: mirrored, and kept from flashing."""

from __future__ import annotations

from livedream.runtime.commands import Command, Commands
from livedream.runtime.output import Output
from livedream.sinks.sink import FlashLimit

FLASH_LIMITS: dict[FlashLimit, str] = {
    "off": "flash limiter off: what flashes goes out as it is",
    "live": "flash limiter on: what people watch is kept from flashing",
    "all": "flash limiter on: what people watch and recordings are kept from flashing",
}
"""What is said of what is kept from flashing."""


def add_picture_commands(commands: Commands, output: Output) -> None:
    """Add mirror output and flash limiter."""

    def mirror() -> str:
        output.mirrored = not output.mirrored
        return "what goes out is mirrored" if output.mirrored else "what goes out is as the camera sees it"

    wished: FlashLimit = output.flash_limit if output.flash_limit != "off" else "live"

    def flash_limiter() -> str:
        output.flash_limit = wished if output.flash_limit == "off" else "off"
        return FLASH_LIMITS[output.flash_limit]

    commands.add("mirror output", Command("Mirror what goes out, or no more.", mirror))
    commands.add("flash limiter", Command("Keep what people watch from flashing, or no more.", flash_limiter))
