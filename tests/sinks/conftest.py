"""What films are joined from, colour bars, and a run that sends them."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.sinks.mux import MuxJob
from livedream.sinks.segments import FilmSegments
from livedream.sinks.sink import Sink


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


@pytest.fixture
def send_bars(bars: Rgb) -> Callable[[Sink], str]:
    """Return what sends the bars once, and nothing before a sink is open or after it is closed."""

    def send(sink: Sink) -> str:
        with pytest.raises(SinkError, match="not open"):
            sink.write(bars, 0.0)
        words = sink.open((96, 24), 30)
        sink.write(bars, 0.0)
        sink.close()
        sink.close()
        with pytest.raises(SinkError, match="not open"):
            sink.write(bars, 0.0)
        return words

    return send
