"""Sound from a file, over and over, at the pace at which it would be heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from livedream.audio.audio_spectrum import RATE_HZ, Samples, hop_length
from livedream.clock import Clock
from livedream.control.audio_capture import PlayedAudio
from livedream.errors import InputError
from livedream.sinks.sound_blocks import sound_blocks


def open_audio_file(path: Path, clock: Clock) -> PlayedAudio:
    """Open the sound of a file. Raises InputError if it has none that can be read."""
    blocks = _checked(path)
    return PlayedAudio(path.name, RATE_HZ, blocks, clock)


def _checked(path: Path) -> Iterator[Samples]:
    """Read the first block at once, so that what is wrong with a file is said when it is opened."""
    blocks = _forever(path)
    first = next(blocks)

    def all_blocks() -> Iterator[Samples]:
        yield first
        yield from blocks

    return all_blocks()


def _forever(path: Path) -> Iterator[Samples]:
    while True:
        is_empty = True
        for block in sound_blocks(path, RATE_HZ, hop_length(RATE_HZ)):
            is_empty = False
            yield block
        if is_empty:
            raise InputError(f"{path} has no sound; choose a file that has")
