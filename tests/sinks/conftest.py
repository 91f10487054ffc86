"""What films are joined from, and colour bars."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from livedream.frame import Rgb
from livedream.sinks.mux import MuxJob
from livedream.sinks.segments import FilmSegments


@pytest.fixture
def job(tmp_path: Path) -> MuxJob:
    """Make the parts of a silent film of 60 frames, 25 a second, each lighter than the one before."""
    rate, frames = Fraction(25), 60
    segments = FilmSegments(tmp_path, (64, 48), rate)
    for number in range(frames):
        if number % segments.part_frames == 0:
            segments.begin(number)
        segments.add(np.full((48, 64, 3), 4 * number, np.uint8))
        if number % segments.part_frames == segments.part_frames - 1 or number == frames - 1:
            segments.end()
    return MuxJob(segments.parts(frames), segments.part_frames, rate, None, "# a comment\n")


@pytest.fixture
def bars() -> Rgb:
    """Make red, green, blue, white, yellow and cyan side by side, 96x24: a wrong channel order shows."""
    colours = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (255, 255, 0), (0, 255, 255))
    return np.repeat(np.array(colours, np.uint8), 16, axis=0)[None].repeat(24, axis=0)
