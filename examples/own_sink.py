"""Register a sink of your own under a name, like the built-in ones.

python own_sink.py SOURCE [SECONDS]
"""

import sys

import livedream
from livedream.frame import Rgb
from livedream.sinks.sink_spec import SINKS, SinkKind, SinkRequest


class Meter:
    """Prints how bright each dream is."""

    name = kind = "meter"
    is_live, retry_s, waits_for_dream = False, None, False

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Return the size and rate of the frames, in words."""
        return f"{size_wh[0]}x{size_wh[1]}, {fps:g} a second"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Print the mean of a frame."""
        print(f"{time_s:6.2f} s: {rgb.mean():.0f}")  # noqa: T201

    def close(self) -> None:
        """Hold nothing."""


def meter(_: SinkRequest) -> Meter:
    """Make it."""
    return Meter()


SINKS.add("meter", SinkKind("Prints how bright each dream is.", meter))
source, seconds = [*sys.argv[1:], "5"][:2]

with livedream.LiveSession(livedream.open_source(source), livedream.load_preset("eyes")) as session:
    session.add_sink(livedream.open_sink("meter"))
    session.start()
    session.wait(float(seconds))
