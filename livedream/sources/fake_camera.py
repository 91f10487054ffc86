"""A camera that is not there, for tests and rehearsals: it delivers, and fails as told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

import numpy as np

from livedream.errors import SourceError
from livedream.sources.capture import NO_PICTURE, Opened, Picture

Trouble = Literal["nothing", "block", "repeat", "raise"]
"""What reads do once it fails: give nothing, block, repeat the last picture, raise SourceError."""

NAME = "fake camera"

READ_S = 0.002
"""Real seconds a read takes: a device waits for its sensor, and a loop that never rests starves the tests."""


class FakeDevice:
    """A camera with a script; each `capture()` is one try to use it.

    After `good_reads` pictures it has `trouble`. Then the next `absent_opens` tries to open it
    fail, and after those it delivers for good, or goes on as before if it never `recovers`.
    good_reads None: it never fails.
    """

    def __init__(
        self,
        picture: Callable[[int], Picture] | None = None,
        *,
        good_reads: int | None = None,
        trouble: Trouble = "nothing",
        absent_opens: int = 0,
        recovers: bool = True,
    ) -> None:
        """Script it; picture: makes picture i as the device would give it (BGR); default: a moving ramp."""
        self.opens = 0
        self.reads = 0
        self.tries = 0
        self.releases = 0
        self.in_trouble = False
        self._picture = picture or _ramp
        self._good_reads, self._trouble = good_reads, trouble
        self._absent_opens, self._recovers = absent_opens, recovers
        self._unblocked = threading.Event()

    def capture(self) -> FakeCapture:
        """Make an unopened capture of it."""
        return FakeCapture(self)

    def unblock(self) -> None:
        """Unblock the reads that hang."""
        self._unblocked.set()

    def _open(self) -> Opened:
        self.opens += 1
        if self.in_trouble and self._absent_opens > 0:
            self._absent_opens -= 1
            raise SourceError(f"{NAME} is not there.")
        if self.in_trouble and self._recovers:
            self.in_trouble, self._good_reads = False, None
        return Opened(NAME, 30.0)

    def _read(self) -> tuple[bool, Picture]:
        threading.Event().wait(READ_S)
        self.tries += 1
        self.in_trouble = self._good_reads is not None and self.reads >= self._good_reads
        if self.in_trouble:
            return self._read_in_trouble()
        self.reads += 1
        return True, self._picture(self.reads - 1)

    def _read_in_trouble(self) -> tuple[bool, Picture]:
        if self._trouble == "raise":
            raise SourceError("it was unplugged.")
        if self._trouble == "repeat":
            return True, self._picture(self.reads - 1)
        if self._trouble == "block":
            self._unblocked.wait()
        return False, NO_PICTURE

    def _release(self) -> None:
        self.releases += 1


class FakeCapture:
    """One use of a FakeDevice."""

    def __init__(self, device: FakeDevice) -> None:
        self._device = device

    def open(self) -> Opened:
        """Open the device; raises SourceError while it is absent."""
        return self._device._open()

    def read(self) -> tuple[bool, Picture]:
        """Return the next picture, or what the script says."""
        return self._device._read()

    def release(self) -> None:
        """Count the release."""
        self._device._release()


def _ramp(index: int) -> Picture:
    """Return a 64x48 BGR ramp that moves with `index`."""
    rows, columns = np.mgrid[:48, :64]
    channels = [(3 * columns + rows + shift + index) % 256 for shift in (0, 60, 120)]
    return np.stack(channels, -1).astype(np.uint8)
