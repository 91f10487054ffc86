from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from livedream.runtime.faults.films import frames_of

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "killed_recording.py"


@pytest.mark.slow
def test_a_show_that_is_killed_after_a_lost_camera_and_a_failed_engine_loses_a_second_at_most(
    tmp_path: Path,
) -> None:
    spec = importlib.util.spec_from_file_location("killed_recording", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    handed = script.killed(tmp_path / "film.mp4", 30)
    frames, fault = frames_of(tmp_path / "film.mp4")
    assert fault == ""
    assert 60 < handed - script.FPS <= frames <= handed + 1
