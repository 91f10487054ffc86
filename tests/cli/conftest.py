from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from livedream.cli.app import app
from livedream.errors import InputError

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
QUICK = [
    "--set",
    "dream.working_px=4096",
    "--set",
    "dream.layers={lines=1.0}",
    "--set",
    "dream.octaves=1",
    "--set",
    "dream.steps=1",
    "--engine",
    "eager",
    "--size",
    "320x180",
]


@pytest.fixture
def livedream(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command in a folder of its own, with a cache of its own and no display."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "livedream", *arguments],
            cwd=tmp_path,
            env=clean_environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def clean_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    paths = [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")]
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "XDG_CACHE_HOME": str(home / "cache"),
        "LOCALAPPDATA": str(home / "cache"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return clean_environment(tmp_path)


@pytest.fixture
def quick() -> list[str]:
    return list(QUICK)


@pytest.fixture
def tiny() -> list[str]:
    """Give options under which a picture of any size is dreamed at once."""
    return ["--engine", "eager", "--set", "dream.layers={lines=1.0}", "--set", "dream.octaves=1"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Paint 96x64 with no two rows or columns alike."""
    rows, columns = np.mgrid[0:255:64j, 0:255:96j]
    cv2.imwrite(str(tmp_path / "in.png"), np.dstack([rows, columns, 255 - rows]).astype(np.uint8))
    return tmp_path / "in.png"


@pytest.fixture
def told() -> Callable[..., str]:
    """Give a function that runs a command that is at fault in this process, and gives its sentence."""

    def run(*words: str) -> str:
        with pytest.raises(InputError) as caught:
            app(args=list(words), standalone_mode=False)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return run
