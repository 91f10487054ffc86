import os

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
