"""A display for benchmarks that show a window."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def display() -> Iterator[str]:
    """Use the display that there is, or start an X server (Xvfb); returns its name."""
    if present := os.environ.get("DISPLAY"):
        yield present
        return
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1920x1080x24", "-noreset"]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        with os.fdopen(told) as answers:
            number = answers.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()
