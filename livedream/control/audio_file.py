"""Sound from a file, over and over, at the pace at which it would be heard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from livedream.clock import Clock
from livedream.control.audio_capture import PlayedAudio
from livedream.control.audio_spectrum import Samples, hop_length
from livedream.errors import InputError

RATE_HZ = 48_000


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
    length = hop_length(RATE_HZ)
    while True:
        waiting, count = np.zeros(0, np.float32), 0
        for piece in _pieces(path):
            waiting = np.concatenate([waiting, piece])
            while len(waiting) >= length:
                yield waiting[:length]
                waiting, count = waiting[length:], count + 1
        if count == 0:
            raise InputError(f"{path} has no sound; choose a file that has")


def _pieces(path: Path) -> Iterator[Samples]:
    """Decode a file once; channels are averaged here, since FFmpeg makes a sum of them louder."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return
            resampler = av.AudioResampler(format="fltp", rate=RATE_HZ)
            for frame in container.decode(container.streams.audio[0]):
                for part in resampler.resample(frame):
                    yield part.to_ndarray().mean(axis=0)
            for part in resampler.resample(None):
                yield part.to_ndarray().mean(axis=0)
    except (OSError, av.FFmpegError) as fault:
        raise InputError(f"the sound of {path} cannot be read: {fault.strerror or fault}") from fault
