"""Guards around Qt's event loop: a fault in a slot and Ctrl-C both reach Python."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PyQt6.QtCore import QEventLoop, QTimer

from livedream.errors import LivedreamError


@contextmanager
def slot_faults_raised(loop: QEventLoop, say: Callable[[str], None]) -> Iterator[None]:
    """Raise here, after the block, the first exception of a slot; it ends `loop`.

    What is for people to know ends nothing: say: takes its sentence. Without a hook of its own PyQt ends the
    process on any exception.
    """
    faults: list[BaseException] = []

    def caught(_kind: type[BaseException], fault: BaseException, _trace: TracebackType | None) -> None:
        if isinstance(fault, LivedreamError):
            say(str(fault))
            return
        faults.append(fault)
        quit_soon(loop)

    before = sys.excepthook
    sys.excepthook = caught
    try:
        yield
    finally:
        sys.excepthook = before
    if faults:
        raise faults[0]


@contextmanager
def interrupts_call(action: Callable[[], None]) -> Iterator[None]:
    """Call `action` on Ctrl-C in the block, then put the handler from before back.

    Python runs the handler when its own code next runs, so a timer has to be ticking.
    """
    before = signal.signal(signal.SIGINT, lambda *_: action())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


def quit_soon(loop: QEventLoop) -> None:
    """End `loop` at its next turn, even if it has not begun."""
    QTimer.singleShot(0, loop.quit)
