"""What ends a process from outside: Ctrl-C, the system, a terminal that closes."""

from __future__ import annotations

import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

ENDINGS = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What ends a process besides Ctrl-C (SIGINT); the last two are not everywhere."""

AGAIN_S, DEAF_S = 1.0, 5.0
"""A terminal that closes, and the end of a session, send two signals at once; how long until another one
ends the process, and until one does that Python has not heard of."""


class _Handler:
    """Heeds signals, and notes each in a list that the handlers which stand in for one another share."""

    def __init__(self, heed: Callable[[int], object], heard: list[int]) -> None:
        self._heed, self.heard = heed, heard

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.heard.append(number)
        self._heed(number)


@contextmanager
def heeded(names: Sequence[str], heed: Callable[[int], object]) -> Iterator[list[int]]:
    """Call `heed` with the number of each signal that comes in the block, in place of what it would do.

    The block gets the list of those that were heard of. What was started to be ignored, as nohup does with a
    closed terminal, stays so. Only in the main thread.
    """
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    shared = (handler.heard for handler in before.values() if isinstance(handler, _Handler))
    handler = _Handler(heed, next(shared, []))
    for number in before:
        signal.signal(number, handler)
    try:
        yield handler.heard
    finally:
        for number, older in before.items():
            signal.signal(number, signal.SIG_DFL if older is None else older)


@contextmanager
def interrupted(came: list[int]) -> Iterator[None]:
    """Have what ends a process interrupt the block as Ctrl-C does, so that it closes what it has open.

    came: takes the number of the signal. Another one after AGAIN_S ends the process at once, whatever it
    does; so does the first where Python does not come to hear of it for DEAF_S, as in a driver that hangs.
    """

    def interrupt(number: int) -> None:
        if not came:
            came.append(number)
            raise KeyboardInterrupt

    with heeded(ENDINGS, interrupt) as heard:
        numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]
        with _watched([one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN], heard):
            yield


@contextmanager
def _watched(numbers: Sequence[int], heard: Sequence[int]) -> Iterator[None]:
    """Watch from a thread of its own for signals, which Python hears of only between two of its steps."""
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(ear, numbers, heard), name="signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(mouth)


def _watch(ear: int, numbers: Sequence[int], heard: Sequence[int]) -> None:
    first_s = math.inf
    while said := os.read(ear, 1):
        number, now_s = said[0], time.monotonic()
        if number in numbers and first_s == math.inf:
            first_s = now_s
            threading.Thread(target=_end_the_deaf, args=(number, heard), daemon=True).start()
        elif number in numbers and now_s - first_s >= AGAIN_S:
            os._exit(128 + number)
    os.close(ear)


def _end_the_deaf(number: int, heard: Sequence[int]) -> None:
    time.sleep(DEAF_S)
    if number not in heard:
        os._exit(128 + number)
