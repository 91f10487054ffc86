"""The sound of a file as a listener gets it: one channel, in blocks of one length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from livedream.audio.audio_spectrum import mono
from livedream.errors import InputError
from livedream.sinks.sound_choice import choose_sound
from livedream.sinks.sound_reading import SoundReading, Stretch

WHOLE_S = 366 * 24 * 3600.0
"""Longer than any file."""


def sound_blocks(
    path: Path, rate_hz: int, length: int, begin_s: float | None = None
) -> Iterator[NDArray[np.float32]]:
    """Yield the sound of a file in blocks of `length` samples; what is left at its end is left out.

    Channels are averaged here, since FFmpeg makes a sum of them louder. begin_s: on the file's own clock;
    None: where its sound begins. Raises InputError if it has no sound that can be read.
    """
    try:
        yield from _blocks(path, rate_hz, length, begin_s)
    except (OSError, av.FFmpegError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or fault
        raise InputError(f"the sound of {path} cannot be read: {reason}") from fault


def _blocks(path: Path, rate_hz: int, length: int, begin_s: float | None) -> Iterator[NDArray[np.float32]]:
    choice = choose_sound(path)
    if choice.index is None:
        raise InputError(
            f"{path} has no sound{' that can be decoded' if choice.note else ''}; choose a file that has"
        )
    reading = SoundReading(Stretch(path, choice.begin_s if begin_s is None else begin_s, WHOLE_S), choice)
    waiting = np.zeros(0, np.float32)
    try:
        for wave in reading.waves(reading.track.layout.name, rate_hz):
            waiting = np.concatenate([waiting, mono(wave, axis=0)])
            count = len(waiting) // length
            for number in range(count):
                yield waiting[number * length : (number + 1) * length]
            waiting = waiting[count * length :]
    finally:
        reading.close()
