"""What every sink is: something that takes finished frames at a constant rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from livedream.frame import Rgb

FlashLimit = Literal["live", "all", "off"]
"""What is kept from flashing: what people watch as it comes, recordings as well, nothing."""

RECORDING, REPLAY = "file", "replay"
"""The kinds of what is recorded, and of what is only kept for a while, which is no place to go to."""


class Sink(Protocol):
    """Takes frames; opened, written and closed by one thread, its own."""

    name: str
    """For people: "virtual camera", "recording FILE"."""

    kind: str
    """The name of its kind, as in `livedream.sinks.sink_spec.SINKS`; its switch is found by it."""

    is_live: bool
    """Whether people watch it as it comes, so that what flashes is dampened; a recording is no such."""

    retry_s: float | None
    """Seconds after which opening is tried again when it has failed, more each time; None: never."""

    waits_for_dream: bool
    """Whether it begins with the first dreamed frame, with no slate before it."""

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Start it for frames of `size_wh` pixels at `fps` a second; return a few words on what it is.

        Raises SinkError with the reason and the remedy.
        """
        ...

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Take one frame that is due `time_s` seconds after the first one (non-decreasing).

        rgb may be of another size than it was opened for; it is never written to.
        Raises SinkError when it cannot go on.
        """
        ...

    def close(self) -> None:
        """Finish what was written and release the device; calling it twice does no harm."""
        ...
