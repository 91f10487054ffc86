from __future__ import annotations

from types import SimpleNamespace

from livedream.cli.show import recorded, status_line
from livedream.errors import SinkError
from livedream.runtime.status import Percentiles, Status


def test_the_line_says_what_runs_and_what_is_built() -> None:
    assert status_line(Status()) == "starting"
    assert status_line(Status(building="openvino")) == "building the engine openvino"
    line = status_line(
        Status(
            fps=29.97,
            latency_ms=Percentiles(31, 44, 60),
            engine="eager",
            building="openvino",
            working_wh=(376, 208),
        )
    )
    assert "30.0 fps" in line
    assert "eager 376x208, building openvino" in line


def test_a_recording_s_end_is_told() -> None:
    recorder = SimpleNamespace(path="film.mp4", failure=None)
    outlet = SimpleNamespace(written=0, dropped=0)
    assert "before the first dreamed frame" in recorded(outlet, recorder)  # type: ignore[arg-type]
    outlet.written = 30
    assert recorded(outlet, recorder) == "film.mp4"  # type: ignore[arg-type]
    outlet.dropped = 2
    assert recorded(outlet, recorder) == "film.mp4, 2 of its frames missed"  # type: ignore[arg-type]
    recorder.failure = SinkError("the disk is full; the first 3 s are kept in film.mp4")
    assert "the first 3 s are kept" in recorded(outlet, recorder)  # type: ignore[arg-type]
