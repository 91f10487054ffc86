"""A live stream (RTSP, RTMP, HLS, MJPEG over http, ...) as a source."""

from __future__ import annotations

import time

from livedream.clock import Clock, SystemClock
from livedream.errors import SourceError
from livedream.sources.capture import Capture, Opened, Picture
from livedream.sources.decoding import Decoding, stamp_s
from livedream.sources.live_source import Live
from livedream.sources.media import display_name
from livedream.sources.timeline import Pace
from livedream.sources.video_frame import Developer

SEGMENTED = ("hls", "dash")
"""Formats that send seconds of pictures at once; those are given in their own time."""


class Stream(Live):
    """Read the newest picture of a live stream; after a loss, connect again."""

    def __init__(
        self,
        location: str,
        *,
        fps: float = 30.0,
        clock: Clock | None = None,
        most_wh: tuple[int, int] | None = None,
    ) -> None:
        """Connect and wait for the first picture; raises InputError or SourceError if that fails.

        most_wh: see `open_source`.
        """

        def connect() -> Capture:
            return StreamCapture(location, most_wh)

        super().__init__(connect, lambda picture: picture, clock or SystemClock(), asked_fps=fps)


class StreamCapture:
    """One connection to a stream, decoded by FFmpeg."""

    def __init__(self, location: str, most_wh: tuple[int, int] | None = None) -> None:
        self._location, self._most_wh = location, most_wh
        self._decoding: Decoding | None = None
        self._developer: Developer | None = None
        self._pace = Pace()

    def open(self) -> Opened:
        """Connect; raises InputError with the reason."""
        self._decoding = Decoding(self._location, live=True)
        self._developer = Developer(self._decoding.ahead[0], self._decoding.pixel_shape, self._most_wh)
        return Opened(display_name(self._location), self._decoding.declared_fps)

    def read(self) -> tuple[bool, Picture]:
        """Wait for the next picture, RGB; raises SourceError when the stream ends."""
        assert self._decoding is not None, "open it first"
        assert self._developer is not None, "open it first"
        picture = self._decoding.next()
        if picture is None:
            raise SourceError(f"{display_name(self._location)} has ended or does not answer.")
        stamp = stamp_s(picture)
        if stamp is not None and self._decoding.format_name.split(",")[0] in SEGMENTED:
            time.sleep(self._pace.wait_s(stamp, time.perf_counter()))
        return True, self._developer(picture)

    def release(self) -> None:
        """Close the connection."""
        if self._decoding is not None:
            self._decoding.close()
