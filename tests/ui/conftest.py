import os
import shutil
import subprocess
from collections.abc import Iterator

# Read when the application is made: before any test opens a window, and never the real display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import numpy as np
import pytest

from livedream.frame import Rgb
from livedream.health import Health
from livedream.runtime.status import Percentiles, Status


@pytest.fixture
def status() -> Status:
    return Status(
        running=True,
        fps=34.82,
        source_fps=29.97,
        latency_ms=Percentiles(47.6, 61.2, 80.0),
        frames=3021,
        dropped=12,
        engine="OpenVINO float32",
        preset="forest spirits",
        source="C920 webcam",
        source_health=Health("live", "1280x720 MJPG"),
        working_wh=(320, 240),
        output_wh=(1280, 720),
        sinks={"virtual camera": Health("live", "/dev/video10")},
        notices=("one", "two", "three", "four"),
    )


@pytest.fixture
def half_red() -> Rgb:
    """64x36, red on the left, blue on the right."""
    rgb = np.zeros((36, 64, 3), np.uint8)
    rgb[:, :32, 0] = rgb[:, 32:, 2] = 255
    return rgb


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """An X server of our own, with OpenGL in software and nothing else on it."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x480x24", "-noreset", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[tell], stderr=subprocess.DEVNULL) as server:
        os.close(tell)
        with os.fdopen(told) as answers:
            number = answers.readline().strip()
        yield f":{number}"
        server.terminate()
