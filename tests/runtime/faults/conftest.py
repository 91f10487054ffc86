from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Queue
from typing import Any

import pytest

from livedream.clock import SystemClock
from livedream.runtime.faults.injector import Injector

TOLD = {
    "camera-unplugged": "test camera is lost",
    "camera-frozen": "repeated the same picture",
    "camera-hangs": "has sent no picture",
    "camera-odd-format": "unknown kind of picture",
    "corrupt-packets": "has sent no picture",
    "kernel-raises": "the engine eager failed (RuntimeError: injected: the driver failed)",
    "kernel-nan": "returned what is no number",
    "kernel-no-memory": "the engine eager failed (MemoryError",
    "build-fails": "the engine cannot be built",
    "build-hangs": "its engine is gone",
    "sink-blocks": "faulty sink does not answer",
    "sink-fails": "the faulty sink takes no frame",
    "sink-raises": "faulty sink failed (RuntimeError",
    "sink-refuses": "is used by another program",
    "disk-full": "the disk is full",
    "recording-refuses": "the disk is write-protected",
    "display-lost": "is gone; the output comes back with it",
}
"""What is told of each fault, once."""


class SpedUpClock(SystemClock):
    """The machine's clock, so many times as fast."""

    def __init__(self, times: float) -> None:
        self._times = times

    def now_s(self) -> float:
        return time.perf_counter() * self._times

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return super().wait(stop, seconds / self._times)


@pytest.fixture(scope="session")
def fast_clock() -> SpedUpClock:
    return SpedUpClock(8.0)


class WatchedInjector(Injector):
    """Tells when a part has begun to hang."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Queue[Any] = Queue()

    def wait_out(self, name: str) -> None:
        if self.is_on(name):
            self.seen.put(f"hangs in {name}")
        super().wait_out(name)

    def result_after_hanging(self, name: str, deed: Callable[[], Any]) -> Any:
        """Do something while a fault is on; see that it hangs until the fault ends, and return its result."""
        self.begin(name)
        thread = threading.Thread(target=lambda: self.seen.put(deed()), daemon=True)
        thread.start()
        assert self.seen.get(timeout=60) == f"hangs in {name}"
        assert thread.is_alive()
        self.end(name)
        return self.seen.get(timeout=60)


@pytest.fixture
def injector() -> WatchedInjector:
    return WatchedInjector()
