import os
import subprocess
import sys
from pathlib import Path

import pytest

import livedream

HEAVY = ("cv2", "av", "pyvirtualcam", "torch", "PyQt6")


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("livedream.sinks", ()),
        ("livedream.sinks.sink", ()),
        ("livedream.sinks.memory_sink", ()),
        ("livedream.imaging", ("cv2",)),
        ("livedream.sinks.slate", ("cv2",)),
        ("livedream.sinks.virtual_camera", ("cv2",)),
        ("livedream.sinks.recorder", ("cv2", "av")),
    ],
)
def test_a_module_loads_only_the_libraries_that_it_needs(module: str, allowed: tuple[str, ...]) -> None:
    program = f"import {module}, sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    env = {**os.environ, "PYTHONPATH": str(Path(livedream.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, check=True
    )
    assert set(done.stdout.split()) <= set(allowed)
