"""An X server of one's own with a window manager and monitors, for scripts that look at the real window.

Needs Xvfb, openbox, xrandr and ImageMagick.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
NEEDED = ("Xvfb", "openbox", "xrandr", "import")
MANAGER_S = 1.0
"""How long the window manager takes to heed the first window."""


def missing(*others: str) -> str:
    """Return which of the programs that are needed are not installed, as a list; "" if all are."""
    return ", ".join(name for name in (*NEEDED, *others) if shutil.which(name) is None)


@contextmanager
def x_server(size_wh: tuple[int, int]) -> Iterator[str]:
    """Run a server with one screen of a size in pixels and a window manager; returns its display."""
    told, tell = os.pipe()
    screen = f"{size_wh[0]}x{size_wh[1]}x24"
    with _running(["Xvfb", "-displayfd", str(tell), "-screen", "0", screen, "-noreset"], (tell,)):
        os.close(tell)
        with os.fdopen(told) as answers:
            display = f":{answers.readline().strip()}"
        with _running(["openbox"], environ=os.environ | {"DISPLAY": display}):
            time.sleep(MANAGER_S)
            yield display


def plug_in(name: str, size_wh: tuple[int, int], left_px: int, output: str = "none") -> None:
    """Add a monitor to the screen of DISPLAY. output: "screen" for the first one, "none" for the others."""
    width, height = size_wh
    _xrandr("--setmonitor", name, f"{width}/{width // 4}x{height}/{height // 4}+{left_px}+0", output)


def unplug(name: str) -> None:
    """Take a monitor away from the screen of DISPLAY."""
    _xrandr("--delmonitor", name)


def photograph(path: Path) -> Pixels:
    """Save what is on the whole screen of DISPLAY, and return it as RGB."""
    subprocess.run(["import", "-window", "root", str(path)], check=True)
    seen = cv2.imread(str(path))
    assert seen is not None, "import wrote it"
    return np.asarray(cv2.cvtColor(seen, cv2.COLOR_BGR2RGB), np.uint8)


def _xrandr(*what: str) -> None:
    subprocess.run(["xrandr", *what], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _running(
    command: list[str], pass_fds: tuple[int, ...] = (), environ: dict[str, str] | None = None
) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=pass_fds, stdout=quiet, stderr=quiet, env=environ) as process:
        try:
            yield
        finally:
            process.terminate()
