"""What ends a process from outside: Ctrl-C, the system, a terminal that closes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

ENDINGS = ("SIGTERM", "SIGHUP", "SIGBREAK")
"""What ends a process besides Ctrl-C (SIGINT); the last two are not everywhere."""


@contextmanager
def heeded(names: Sequence[str], heed: Callable[[int], None]) -> Iterator[None]:
    """Call `heed` with the number of each signal that comes in the block, in place of what it would do.

    What was started to be ignored, as nohup does with a closed terminal, stays so. Only in the main thread.
    """
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda number, _frame: heed(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextmanager
def interrupted(came: list[int]) -> Iterator[None]:
    """Have whatever ends a process interrupt the block as Ctrl-C does, so that it closes what it has open.

    came: takes the number of the signal. A second one ends the process at once.
    """

    def interrupt(number: int) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)
        raise KeyboardInterrupt

    with heeded(ENDINGS, interrupt):
        yield
