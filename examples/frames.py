"""Dream the frames of a film in a program of one's own.

python frames.py FILM
"""

import sys
import threading
from collections.abc import Iterator

import livedream
from livedream.frame import Rgb


def frames_of(film: str) -> Iterator[Rgb]:
    """Read a film, frame by frame."""
    source, never = livedream.open_source(film, loop=False), threading.Event()
    while (frame := source.read(never)) is not None:
        yield frame.rgb
    source.close()


for number, dream in enumerate(livedream.dream_frames(frames_of(sys.argv[1]), "subtle", fps=25.0)):
    print(f"frame {number}: {dream.shape[1]}x{dream.shape[0]}, mean {dream.mean():.0f}")  # noqa: T201
