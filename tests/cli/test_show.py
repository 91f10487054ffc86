from __future__ import annotations

from livedream.cli.show import status_line
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
