"""Sinks that fail when they are told to, and what the others are given meanwhile."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

from livedream.clock import Clock
from livedream.errors import SinkError
from livedream.frame import Rgb
from livedream.runtime.faults.injector import Injector
from livedream.sinks.recorder import Recorder, check_recording, open_raw


class FaultySink:
    """A live sink that takes frames until it is told to fail.

    times_s: when it took each frame, by the clock.
    """

    kind, is_live, waits_for_dream = "test", True, False

    def __init__(self, clock: Clock, injector: Injector | None = None, retry_s: float = 1.0) -> None:
        """Make one that never fails without an injector."""
        self.name = "test sink" if injector is None else "faulty sink"
        self.retry_s: float | None = retry_s
        self.times_s: list[float] = []
        self._clock, self._injector = clock, injector or Injector()

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Open it. Raises SinkError while it is told to refuse."""
        for name in ("sink-fails", "sink-raises"):
            self._injector.meets(name)
        if self._injector.meets("sink-refuses"):
            raise SinkError("the faulty sink is used by another program; close that program")
        return f"{size_wh[0]}x{size_wh[1]} at {fps:g}"

    def write(self, rgb: Rgb, time_s: float) -> None:  # noqa: ARG002  (as every sink)
        """Take a frame, or fail. Raises SinkError, and a RuntimeError as no sink should."""
        injector = self._injector
        injector.wait_out("sink-blocks")
        if injector.is_on("sink-fails") or injector.is_on("sink-refuses"):
            raise SinkError("the faulty sink takes no frame; mend it")
        if injector.is_on("sink-raises"):
            raise RuntimeError("injected: a driver's own words")
        self.times_s.append(self._clock.now_s())

    def close(self) -> None:
        """Do nothing: nothing is held."""


class CountingRecorder(Recorder):
    """A recorder that counts the frames that it has taken, to a disk that can be full or write-protected.

    handed: frames that were taken without an error. times_s: when, by the clock.
    """

    def __init__(self, path: Path, clock: Clock, injector: Injector) -> None:
        disk = _Disk(injector)
        super().__init__(path, open_file=disk.open, check_file=disk.check)
        self.handed, self.times_s = 0, list[float]()
        self._clock, self._injector = clock, injector

    def open(self, size_wh: tuple[int, int], fps: float) -> str:
        """Open it as a `Recorder`. Raises SinkError."""
        for name in ("disk-full", "recording-refuses"):
            self._injector.meets(name)
        return super().open(size_wh, fps)

    def write(self, rgb: Rgb, time_s: float) -> None:
        """Record a frame as a `Recorder`. Raises SinkError."""
        dropped = self.dropped
        super().write(rgb, time_s)
        self.handed += dropped == self.dropped
        self.times_s.append(self._clock.now_s())


class _Disk:
    """A disk that is full, or takes nothing at all, while it is told to."""

    def __init__(self, injector: Injector) -> None:
        self._injector = injector

    def check(self, path: Path, overwrite: bool) -> None:
        """Check as `check_recording`. Raises OSError while it is write-protected."""
        self.check_protected()
        check_recording(path, overwrite)

    def open(self, path: Path, overwrite: bool) -> _File:
        """Open a file as `open_raw`. Raises OSError."""
        self.check_protected()
        open_raw(path, overwrite).close()  # refuses what is there already
        return _File(path, self)

    def check_room(self) -> None:
        """Raise OSError while it takes no bytes."""
        self.check_protected()
        if self._injector.is_on("disk-full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def check_protected(self) -> None:
        """Raise OSError while it is write-protected."""
        if self._injector.is_on("recording-refuses"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))


class _File(io.FileIO):
    """A file on such a disk."""

    def __init__(self, path: Path, disk: _Disk) -> None:
        super().__init__(path, "r+b")
        self._disk = disk

    def write(self, data: object) -> int:
        """Write bytes. Raises OSError."""
        self._disk.check_room()
        return super().write(data)  # type: ignore[arg-type]
