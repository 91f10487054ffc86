"""The last seconds of a show, kept in memory until somebody wants them as a film."""

from __future__ import annotations

import threading
from collections import deque
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from livedream.errors import InputError
from livedream.frame import Rgb
from livedream.sinks.image_file import encoded
from livedream.sinks.sink import REPLAY
from livedream.whole_file import finished_or_gone

REPLAY_S = 10.0


class Replay:
    """Keep the last seconds as JPEG.

    A JPEG costs half of the processor time of a frame of H.264 or less, and four times the memory (2 to 3
    ms a frame, some 50 MB for ten seconds of 1280x720 at 30 frames a second, as benchmarks/outlets.py
    measures): what is kept is hardly ever wanted. A frame that is written again is not encoded again.
    """

    name, kind, is_live = f"last {REPLAY_S:g} s", REPLAY, False
    retry_s: float | None = None
    waits_for_dream = True

    def __init__(self, seconds: float = REPLAY_S) -> None:
        """Start empty; seconds: how many are kept (> 0)."""
        self.seconds = seconds
        self._kept: deque[tuple[float, bytes]] = deque()
        self._last: tuple[Rgb, bytes] | None = None
        self._rate, self._size_wh = Fraction(30), (2, 2)
        self._lock = threading.Lock()

    @property
    def kept_bytes(self) -> int:
        """Return how much memory the pictures take."""
        with self._lock:
            return sum(len(jpeg) for jpeg in {id(jpeg): jpeg for _, jpeg in self._kept}.values())

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Begin to keep."""
        with self._lock:
            self._kept.clear()
        self._last = None
        self._rate, self._size_wh = Fraction(fps).limit_denominator(1001), size_wh
        return f"the last {self.seconds:g} s, in memory"

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Keep a frame, and drop those that are too old."""
        if self._last is None or self._last[0] is not rgb:
            self._last = rgb, encoded(rgb, ".jpg")
        with self._lock:
            self._kept.append((time_s, self._last[1]))
            while self._kept[0][0] <= time_s - self.seconds:
                self._kept.popleft()

    def close(self) -> None:
        """Release all."""
        with self._lock:
            self._kept.clear()
        self._last = None

    def snapshot(self) -> Clip:
        """Return what is kept now. Raises InputError if that is nothing."""
        with self._lock:
            kept = tuple(self._kept)
        if not kept:
            raise InputError("nothing has been dreamed yet that could be kept; wait for the first dream")
        return Clip(kept, self._rate, self._size_wh)


class Clip:
    """Pictures with their times, to be written as a film by any thread."""

    def __init__(
        self, kept: tuple[tuple[float, bytes], ...], rate: Fraction, size_wh: tuple[int, int]
    ) -> None:
        self._kept, self._rate = kept, rate
        self._size_wh = (size_wh[0] + size_wh[0] % 2, size_wh[1] + size_wh[1] % 2)

    @property
    def seconds(self) -> float:
        """Return how long the film will be."""
        return self._kept[-1][0] - self._kept[0][0] + float(1 / self._rate)

    def write(self, file: Path) -> None:
        """Write the film, whole or not at all; the folder is there. Raises SinkError."""
        from livedream.sinks.segments import told  # loads FFmpeg, which a show may do without

        with told(file), finished_or_gone(file) as beside:
            self._write(beside, file.suffix)
            beside.replace(file)

    def _write(self, file: Path, suffix: str) -> None:
        from livedream.sinks.h264 import ENCODERS
        from livedream.sinks.movie import Movie, WholeFile

        movie = Movie(WholeFile(file.open("wb", buffering=0)), suffix, self._size_wh, self._rate, ENCODERS)
        start_s, last = self._kept[0][0], -1
        try:
            for time_s, jpeg in self._kept:
                index = round((time_s - start_s) * self._rate)
                if index > last:
                    movie.add(_decoded(jpeg), index)
                    last = index
        finally:
            movie.finish()


def _decoded(jpeg: bytes) -> Rgb:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None, "it was encoded here"
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
