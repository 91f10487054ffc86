"""What is printed, and what becomes of it when nobody reads it any more."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


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
