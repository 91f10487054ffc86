"""What is printed, and what becomes of it when nobody reads it any more."""

from __future__ import annotations

import io
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

MOST_WAITING = 200
"""Sentences that are kept for a terminal that is held."""

LAST_S = 2.0
"""How long the end of a show waits for its sentences to be printed."""


class Outward(io.RawIOBase):
    """Writes on as long as that works. `fault` is why it does not any more; a show goes on without."""

    def __init__(self, under: Any) -> None:
        super().__init__()
        self._under = under
        self.fault: OSError | None = None

    def writable(self) -> bool:
        """Return True: it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes; return how many were taken, all of them once nobody reads."""
        if self.fault is None:
            try:
                return self._under.write(data) or 0
            except OSError as fault:
                self.fault = fault
        return len(data)

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return bool(self._under.isatty())

    def fileno(self) -> int:
        """Return the descriptor of the underlying file."""
        return int(self._under.fileno())


@contextmanager
def printing() -> Iterator[Outward]:
    """Print in the block by way of an `Outward`.

    What a terminal cannot show, such as a file's name that is no Unicode, is escaped, as in errors.
    """
    before = sys.stdout
    if not isinstance(before, io.TextIOWrapper):  # None without a console, as under pythonw
        yield Outward(io.BytesIO())
        return
    before.flush()
    outward = Outward(getattr(before.buffer, "raw", before.buffer))
    text = io.TextIOWrapper(
        io.BufferedWriter(outward), before.encoding, "backslashreplace", line_buffering=before.line_buffering
    )
    try:
        with redirect_stdout(text):
            yield outward
    finally:
        text.flush()


def teller(console: Console) -> Callable[[str], None]:
    """Return a function that prints a sentence, safe from any thread."""
    return lambda sentence: console.print(sentence, style="dim", markup=False, highlight=False)


class Teller:
    """Prints sentences in their order on a thread of its own.

    Who tells one never waits, also while the terminal is held by Ctrl+S; what comes while MOST_WAITING wait
    is left out. print_sentence: prints one.
    """

    def __init__(self, print_sentence: Callable[[str], None]) -> None:
        self._print = print_sentence
        self._changed = threading.Condition()
        self._waiting: deque[str] = deque()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def __call__(self, sentence: str) -> None:
        """Print a sentence soon; from any thread."""
        with self._changed:
            if self._is_closed or len(self._waiting) == MOST_WAITING:
                return
            self._waiting.append(sentence)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="told", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self, seconds: float = LAST_S) -> bool:
        """Wait until all that was told is printed; False if that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def close(self) -> None:
        """Print what waits, unless that takes long, and nothing more."""
        self.wait()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._is_closed)
                if not self._waiting:
                    return
                sentence = self._waiting[0]
            with suppress(Exception):  # the show goes on, whatever a terminal raises
                self._print(sentence)
            with self._changed:
                self._waiting.popleft()
                self._changed.notify_all()


@contextmanager
def telling(console: Console) -> Iterator[Teller]:
    """Give a `Teller` that prints on a console, and print what it was told by the end of the block."""
    tell = Teller(teller(console))
    try:
        yield tell
    finally:
        tell.close()
